import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Api } from "@holdfast/api";
import type { ErrorIssue } from "@holdfast/contract";
import type { Logger } from "pino";
import type { Memory } from "./memory.ts";
import type { Metrics } from "./metrics.ts";
import { hasReadableRouterState, routerStateHeader } from "./router-state.ts";
import { isRoutine, loggedPath, pathOf, routeClass } from "./routes.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { beginRequestSpan } from "./trace-request.ts";
import type { TraceIds, Tracing } from "./tracing.ts";

interface Listening {
  api: Pick<Api, "handle">;
  /** True if the answer was given. */
  staticAssets: (req: IncomingMessage, res: ServerResponse) => boolean;
  pages: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** True once the process begins to end. */
  ending: () => boolean;
  https: boolean;
  dev: boolean;
  log: Logger;
  metrics: Metrics;
  memory: Pick<Memory, "isShort" | "watch">;
  tracing?: Tracing | undefined;
}

/** The API first, then the files of the build, then the pages. */
export function createRequestListener(options: Listening): RequestListener {
  return (req, res) => {
    const path = pathOf(req.url);
    const { tracing, memory } = options;
    memory.watch(res);
    const requestId = randomUUID();
    const span = tracing && beginRequestSpan(tracing, req, res, { path, requestId });
    observe(req, res, { path, requestId, trace: tracing?.ids(span) }, options);
    setSecurityHeaders(res, options);
    const work = () => answerSafely(req, res, path, options);
    void (span ? tracing?.within(span, work) : work()); // it never rejects
  };
}

async function answerSafely(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  options: Listening,
): Promise<void> {
  try {
    await answer(req, res, path, options);
  } catch (error) {
    options.log.error({ err: error, requestId: res.getHeader("x-request-id") }, "request failed");
    if (res.headersSent) res.destroy();
    else sendError(res, 500, "INTERNAL", "Something went wrong on our side.");
  }
}

async function answer(req: IncomingMessage, res: ServerResponse, path: string, options: Listening): Promise<void> {
  // The client of a connection that was kept open goes to another process, or comes back when this one is up again.
  if (options.ending() && !path.startsWith("/api/health/")) return void req.socket.destroy();
  const hasHost = req.headers.host !== undefined || req.httpVersion === "1.0";
  if (!hasHost || !path.startsWith("/")) return refuseAddress(res);
  if (await options.api.handle(req, res)) return;
  if (options.staticAssets(req, res)) return;
  if (options.memory.isShort()) return sendBusy(res);
  // Next would answer anything with the page. In development its tools post, too.
  if (!options.dev && req.method !== "GET" && req.method !== "HEAD") {
    res.setHeader("Allow", "GET, HEAD");
    return sendError(res, 405, "METHOD_NOT_ALLOWED", "This takes GET or HEAD.");
  }
  // Next would fail at it.
  if (!canBeDecoded(path)) return refuseAddress(res);
  if (!hasReadableRouterState(req)) return refuseRouterState(res);
  await options.pages(req, res);
}

function refuseAddress(res: ServerResponse): void {
  sendError(res, 400, "BAD_REQUEST", "This is no address of this server.", []);
}

function refuseRouterState(res: ServerResponse): void {
  const issues = [{ path: routerStateHeader, message: "is not what a page of this server sends" }];
  sendError(res, 400, "BAD_REQUEST", "The input is not valid.", issues);
}

function canBeDecoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** What is said while the database has not been reached yet. */
export function createWaitingListener({ https }: { https: boolean }): RequestListener {
  return (req, res) => {
    setSecurityHeaders(res, { https });
    if (pathOf(req.url) === "/api/health/live") return sendHealth(res, true);
    if (pathOf(req.url) === "/api/health/ready") return sendHealth(res, false);
    res.setHeader("Retry-After", "2");
    res.setHeader("x-request-id", randomUUID());
    sendError(res, 503, "UNAVAILABLE", "The database cannot be reached. Try again in a moment.");
  };
}

function sendBusy(res: ServerResponse): void {
  res.setHeader("Retry-After", "2");
  sendError(res, 503, "UNAVAILABLE", "The server is very busy. Try again in a moment.");
}

function sendHealth(res: ServerResponse, healthy: boolean): void {
  sendJson(res, healthy ? 200 : 503, { status: healthy ? "ok" : "unavailable" });
}

function sendError(res: ServerResponse, status: number, code: string, message: string, issues?: ErrorIssue[]): void {
  sendJson(res, status, { error: { code, message, requestId: res.getHeader("x-request-id"), issues } });
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.setHeader("Content-Length", Buffer.byteLength(text));
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  res.end(text);
}

/** Gives the request its id, and logs and counts it when it is over. */
function observe(
  req: IncomingMessage,
  res: ServerResponse,
  { path, requestId, trace }: { path: string; requestId: string; trace: TraceIds | undefined },
  { log, metrics }: Listening,
): void {
  req.headers["x-request-id"] = requestId;
  res.setHeader("x-request-id", requestId);
  const begin = process.hrtime.bigint();
  const method = req.method ?? "GET";
  res.once("close", () => {
    const durationMs = Math.round(Number(process.hrtime.bigint() - begin) / 1e4) / 100;
    const route = routeClass(path);
    const streamed = String(res.getHeader("content-type")).startsWith("text/event-stream");
    metrics.countRequest(route, method, res.statusCode, durationMs / 1000, streamed);
    const level = res.statusCode >= 500 ? "warn" : isRoutine(route) ? "debug" : "info";
    const aborted = res.writableFinished ? {} : { aborted: true };
    log[level](
      { requestId, method, path: loggedPath(path), status: res.statusCode, durationMs, ...aborted, ...trace },
      "request",
    );
  });
}
