import fc from "fast-check";
import type { RawRequest } from "./raw-http.ts";
import { type Asker, identities, methods, oddHeaders, percent, request, texts } from "./request-parts.ts";

/** Addresses that are no API's: pages, what they load, and what is nowhere. */
export function requestsToPages(asker: Asker, port: number): fc.Arbitrary<RawRequest> {
  const known = [
    "/",
    "/new",
    "/sign-in",
    "/sign-up",
    "/settings",
    "/forgot-password",
    "/reset-password",
    "/docs/api",
    "/share",
    "/manifest.webmanifest",
    "/icon.svg",
  ];
  const path = fc.oneof(
    fc.constantFrom(...known),
    fc.oneof(texts, fc.constantFrom(...asker.others.ids)).map((text) => `/c/${percent(text)}`),
    fc.constantFrom(
      "/c/..%2f..%2fetc",
      "/c/%2e%2e/%2e%2e",
      "/c/%",
      "/c/%E0%A4%A",
      "/c/a/b",
      "/c//",
      "//evil.example/",
      "/\\evil.example",
      "/;",
      "/%00",
      "/%c0%ae%c0%ae/etc",
      "/_next/static/../../server/app/page.js",
      "/_next/static/%2e%2e/BUILD_ID",
      "/_next/image?url=http%3A%2F%2F127.0.0.1&w=64&q=75",
      "/_next/data/x/index.json",
      "/_next/",
      "/.env",
      "/.git/config",
      "/api",
      "/api/",
      "/api/trpc",
      "/api/trpc/",
      "/docs/api/../../etc",
      "/docs/api/%00",
      "/server.js",
      "/?__nextLocale=x",
      "/?_rsc=1",
      "*",
      "x",
      "http://evil.example/new",
    ),
    fc.webPath(),
  );
  const search = fc.oneof(
    { weight: 3, arbitrary: fc.constant("") },
    fc.webQueryParameters(),
    fc.constantFrom(
      "text=a&title=b&url=javascript:alert(1)",
      "error=%00<script>",
      `token=${"x".repeat(5_000)}`,
      "a=1&a=2&a[]=3",
    ),
  );
  const body = fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.constant(Buffer.from("0=%5B%22x%22%5D")));
  const method = fc.oneof({ weight: 6, arbitrary: fc.constant("GET") }, methods);
  return fc
    .tuple(method, path, search, body, identities(asker), oddHeaders)
    .map(([verb, to, query, content, identity, odd]) =>
      request(port, verb, query && !to.includes("?") ? `${to}?${query}` : to, content, [...identity, ...odd]),
    );
}
