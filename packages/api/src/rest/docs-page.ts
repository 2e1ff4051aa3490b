import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { themeCookie } from "@holdfast/contract";
import { assertMethod, pathOf, sendJson } from "./exchange.ts";

const require = createRequire(import.meta.url);
const assetFolder = dirname(require.resolve("swagger-ui-dist/package.json"));

const contentTypes = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" } as const;

/** All from here: the page asks nothing of another site. */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'", // Swagger UI sets styles on elements
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Holdfast API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/docs/api/swagger-ui.css">
    <link rel="stylesheet" href="/docs/api/page.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/api/swagger-ui-bundle.js"></script>
    <script src="/docs/api/page.js"></script>
  </body>
</html>
`;

// Its own colours are too faint to be read by everyone.
const style = `body { margin: 0; }
.swagger-ui .topbar, .swagger-ui .opblock-tag { display: none; }
.swagger-ui .info .title small.version-stamp { background: #3b6b00; }
html:not(.dark-mode) { background: #fff; color-scheme: light; }
html:not(.dark-mode) .swagger-ui .btn.authorize, html:not(.dark-mode) .swagger-ui .btn.authorize span { color: #15704a; }
html:not(.dark-mode) .swagger-ui :is(.btn.cancel, .try-out__btn.cancel) { color: #b3261e; }
html:not(.dark-mode) .swagger-ui :is(.parameter__in, .parameter__deprecated) { color: #595959; }
html.dark-mode .swagger-ui .opblock .opblock-section-header .btn.try-out__btn.cancel { color: #ffb3ad; }
@media (prefers-reduced-motion: reduce) { .swagger-ui * { transition: none !important; } }
.swagger-ui .btn.execute { background-color: #1a5fb4; border-color: #1a5fb4; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1a5fb4; }
.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #15704a; }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #b3261e; }
`;

// Who is signed in tries the routes as themselves, with the cookie; "Authorize" takes a bearer token instead.
const script = `"use strict";
const theme = /(?:^|; )${themeCookie}=(\\w+)/.exec(document.cookie)?.[1];
const system = window.matchMedia("(prefers-color-scheme: dark)");
function dress() {
  document.documentElement.classList.toggle("dark-mode", theme === "dark" || (theme !== "light" && system.matches));
}
system.addEventListener("change", dress);
dress();
(async () => {
  const [document_, session] = await Promise.all([
    fetch("/api/openapi.json").then((response) => response.json()),
    fetch("/api/auth/get-session").then((response) => (response.ok ? response.json() : null)).catch(() => null),
  ]);
  if (session?.user) {
    for (const path of Object.values(document_.paths)) {
      for (const operation of Object.values(path)) {
        for (const parameter of operation.parameters ?? []) {
          if (parameter.name === "user_id") parameter.schema = { ...parameter.schema, default: session.user.id };
        }
      }
    }
  }
  // The groups of operations are not shown, so that the headings of these follow the page's own; and a body has no name.
  new MutationObserver(() => {
    for (const heading of document.querySelectorAll("#api :is(h4, h5):not([aria-level])")) {
      heading.setAttribute("aria-level", heading.localName === "h4" ? "2" : "3");
    }
    for (const body of document.querySelectorAll("#api textarea:not([aria-label])")) {
      body.setAttribute("aria-label", "Request body");
    }
  }).observe(document.querySelector("#api"), { childList: true, subtree: true });
  delete document_.servers; // there is this one, and the choice would have no name
  SwaggerUIBundle({
    dom_id: "#api",
    spec: document_,
    validatorUrl: null,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: -1,
    // Drawn just after it is complete.
    onComplete: () => setTimeout(() => document.querySelector(".information-container")?.setAttribute("role", "banner")),
  });
})();
`;

/** Answers `/api/openapi.json`, and `/docs/api` with what it loads. False for any other path. */
export function createDocsHandler(openApiDocument: () => object) {
  return async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = pathOf(req);
    if (paths.has(path)) assertMethod(req, res, ["GET", "HEAD"]);
    switch (path) {
      case "/api/openapi.json":
        sendJson(res, 200, openApiDocument());
        return true;
      case "/docs/api":
        res.setHeader("content-security-policy", securityPolicy);
        send(res, "text/html; charset=utf-8", page);
        return true;
      case "/docs/api/page.css":
        send(res, contentTypes.css, style);
        return true;
      case "/docs/api/page.js":
        send(res, contentTypes.js, script);
        return true;
      case "/docs/api/swagger-ui.css":
        send(res, contentTypes.css, await readFile(join(assetFolder, "swagger-ui.css")));
        return true;
      case "/docs/api/swagger-ui-bundle.js":
        send(res, contentTypes.js, await readFile(join(assetFolder, "swagger-ui-bundle.js")));
        return true;
      default:
        return false;
    }
  };
}

const paths = new Set([
  "/api/openapi.json",
  "/docs/api",
  "/docs/api/page.css",
  "/docs/api/page.js",
  "/docs/api/swagger-ui.css",
  "/docs/api/swagger-ui-bundle.js",
]);

function send(res: ServerResponse, contentType: string, body: string | Buffer): void {
  res.writeHead(200, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  });
  res.end(body);
}
