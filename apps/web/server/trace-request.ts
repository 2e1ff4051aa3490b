import type { IncomingMessage, ServerResponse } from "node:http";
import type { Span } from "@holdfast/assistant";
import { isRoutine, routeClass } from "./routes.ts";
import type { Tracing } from "./tracing.ts";

/** The span of a request, until its answer is over; none for what is asked all the time and tells nothing. */
export function beginRequestSpan(
  tracing: Tracing,
  req: IncomingMessage,
  res: ServerResponse,
  { path, requestId }: { path: string; requestId: string },
): Span | undefined {
  const route = routeClass(path);
  if (isRoutine(route)) return undefined;
  const method = req.method ?? "GET";
  const span = tracing.receive(`${method} ${route}`, req.headers, {
    "http.request.method": method,
    "http.route": route,
    "holdfast.request_id": requestId,
  });
  res.once("close", () => {
    const { statusCode, writableFinished } = res;
    span.set({ "http.response.status_code": statusCode, "holdfast.aborted": writableFinished ? undefined : true });
    span.end(statusCode >= 500 ? String(statusCode) : undefined);
  });
  return span;
}
