import type { IncomingMessage, ServerResponse } from "node:http";
import type { Api } from "@holdfast/api";
import { conversationPage, pathOf } from "./routes.ts";
import { setPagePolicy } from "./security-headers.ts";

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** Tells the page which status it has; a client's own is dropped. */
const statusHeader = "x-holdfast-page-status";

/**
 * Serves the pages. Next commits status 200 as soon as it streams, so that whether a conversation may be seen is decided
 * here, before; the page reads the decision from the request's header.
 */
export function createPages(options: {
  api: Pick<Api, "pageAccess" | "visitCookie">;
  isReady: () => Promise<boolean>;
  render: Handler;
  dev: boolean;
  https: boolean;
}): Handler {
  return async (req, res) => {
    const path = pathOf(req.url);
    const page = conversationPage(path);
    // The page compares ids as text.
    if (page?.valid && page.id !== page.id.toLowerCase()) {
      const query = (req.url ?? "").slice(path.length);
      return void res.writeHead(308, { Location: `/c/${page.id.toLowerCase()}${query}` }).end();
    }
    setPagePolicy(req, res, options);
    delete req.headers[statusHeader];
    const status = isFile(path) ? 200 : await beginPage(req, res, page, options);
    if (status !== 200) {
      req.headers[statusHeader] = String(status);
      res.setHeader("Cache-Control", "private, no-store");
      if (status === 503) res.setHeader("Retry-After", "2");
      forceStatus(res, status);
    }
    await options.render(req, res);
  };
}

/** Gives a newcomer their visit, and finds the status of the page. */
async function beginPage(
  req: IncomingMessage,
  res: ServerResponse,
  page: ReturnType<typeof conversationPage>,
  { api, isReady }: { api: Pick<Api, "pageAccess" | "visitCookie">; isReady: () => Promise<boolean> },
): Promise<200 | 403 | 404 | 503> {
  const headers = toHeaders(req);
  const visit = api.visitCookie(headers);
  if (visit !== null) res.setHeader("Set-Cookie", visit);
  if (!(await isReady())) return 503;
  if (!page) return 200;
  return page.valid ? api.pageAccess(headers, page.id) : 404;
}

function isFile(path: string): boolean {
  return path.startsWith("/_next/") || /\.\w+$/.test(path);
}

/** Whatever status the renderer chooses, the answer has this one. */
function forceStatus(res: ServerResponse, status: number): void {
  const writeHead = res.writeHead.bind(res) as (status: number, ...rest: unknown[]) => ServerResponse;
  res.writeHead = (_status: number, ...rest: unknown[]) => writeHead(status, ...rest);
}

function toHeaders(req: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
  }
  return headers;
}
