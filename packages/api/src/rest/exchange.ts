import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "@holdfast/contract";
import { jsonOf } from "@holdfast/db";
import { ApiError, badRequest, errorBody, toApiError } from "../errors.ts";
import { acceptedEncoding, compress } from "../http/compression.ts";
import { discardRest } from "../http/unread-body.ts";

/** What tRPC, REST, the account's routes and identity share of HTTP. */

export function toHeaders(req: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (Array.isArray(value)) for (const one of value) headers.append(name, one);
    else if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/** The path without its query, as it was sent. */
export function pathOf(req: IncomingMessage): string {
  return (req.url ?? "/").split("?", 1)[0] ?? "/";
}

export function queryOf(req: IncomingMessage): URLSearchParams {
  const url = req.url ?? "/";
  const mark = url.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : url.slice(mark));
}

/** 405, with `Allow`, for a method that the path does not have. */
export function assertMethod(req: IncomingMessage, res: ServerResponse, methods: readonly string[]): void {
  if (methods.includes(req.method ?? "")) return;
  res.setHeader("allow", [...new Set(methods)].join(", "));
  throw new ApiError("METHOD_NOT_ALLOWED", `This takes ${[...new Set(methods)].join(" or ")}.`);
}

/** The body as JSON: 415 for another type or an encoded one, 413 for one too large, 400 for one that is not JSON. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  assertJson(req);
  const bytes = await readBytes(req, limits.escapedBodyBytes, limits.bodyBytes);
  const isLong = bytes.length > limits.bodyBytes;
  const value = parseJson(bytes);
  // The longest answer is within the limit, but not where a program escapes all that is not ASCII, as Python's do.
  if (isLong && (value === undefined || Buffer.byteLength(JSON.stringify(value)) > limits.bodyBytes)) {
    throw tooLarge(limits.bodyBytes);
  }
  if (value === undefined) throw badRequest("", "The body is not valid JSON.");
  return value;
}

/** Undefined for what is no JSON: no JSON is. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

export function assertJson(req: IncomingMessage): void {
  const type = req.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new ApiError("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json.");
  }
}

export function hasBody(req: IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0;
}

/** 415 for a body that is compressed: a small one could be of any size. */
export function assertPlain(req: IncomingMessage): void {
  const encoding = req.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding && encoding !== "identity") {
    throw new ApiError("UNSUPPORTED_MEDIA_TYPE", "Send the body as it is, without a content encoding.");
  }
}

export async function readBytes(req: IncomingMessage, maxBytes: number, saidMaxBytes = maxBytes): Promise<Buffer> {
  assertPlain(req);
  if (Number(req.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(saidMaxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bodyOf(req)) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(saidMaxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As it comes. A client that leaves before its end is the client's affair: 400, which nobody reads, and no fault of ours to log. */
export async function* bodyOf(req: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Whoever stops reading in its middle still has to answer: the connection stays.
    yield* req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new ApiError("BAD_REQUEST", "The body ended before it was whole.", { cause: error });
  }
}

export function tooLarge(maxBytes: number): ApiError {
  return new ApiError(
    "PAYLOAD_TOO_LARGE",
    `The body is larger than ${(maxBytes / 1_048_576).toLocaleString("en")} MiB.`,
  );
}

/** Compressed where the client accepts it and it is worth it; such an answer is sent a little later. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(jsonOf(value) ?? "");
  const accepted = acceptedEncoding(body, res.req.headers["accept-encoding"]);
  res.setHeader("content-type", "application/json; charset=utf-8");
  res.setHeader("cache-control", "no-store");
  res.setHeader("vary", "accept-encoding");
  if (accepted === null) {
    res.writeHead(status, { "content-length": body.length }).end(body);
    return;
  }
  void compress(body, accepted).then(
    (sent) => {
      res.writeHead(status, { "content-encoding": accepted, "content-length": sent.length }).end(sent);
    },
    () => res.destroy(),
  );
}

export function sendNothing(res: ServerResponse): void {
  res.writeHead(204, { "cache-control": "no-store" });
  res.end();
}

/** The one shape of errors. Returns what was sent, for the log. */
export function sendError(req: IncomingMessage, res: ServerResponse, error: unknown): ApiError {
  const known = toApiError(error);
  if (res.headersSent) {
    // An answer that has begun cannot be taken back; cut off, it cannot be taken for a whole one.
    res.destroy();
    return known;
  }
  sayWhenToRetry(res, known.retryAfterMs);
  discardRest(req);
  sendJson(res, known.status, errorBody(known, requestIdOf(res)));
  return known;
}

export function sayWhenToRetry(res: ServerResponse, retryAfterMs: number | undefined): void {
  if (retryAfterMs !== undefined) res.setHeader("retry-after", Math.max(1, Math.ceil(retryAfterMs / 1_000)));
}

/** The request's id: set by whoever handled the response first. */
export function requestIdOf(res: ServerResponse): string {
  const known = res.getHeader("x-request-id");
  if (typeof known === "string") return known;
  const id = crypto.randomUUID();
  if (!res.headersSent) res.setHeader("x-request-id", id);
  return id;
}
