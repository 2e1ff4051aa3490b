import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "@holdfast/contract";
import { getErrorShape } from "@trpc/server";
import { resolveResponse } from "@trpc/server/http";
import type { Log } from "../api.ts";
import type { Context } from "../context.ts";
import { ApiError, badRequest, toApiError, toTRPCError } from "../errors.ts";
import { hasBody, queryOf, readBytes, requestIdOf, toHeaders } from "../rest/exchange.ts";
import { appRouter } from "../routers/app-router.ts";
import { acceptedEncoding, compress } from "./compression.ts";
import { createEventStreams } from "./event-streams.ts";

export interface TrpcHandler {
  /** `path` is what the address has after `/api/trpc/`. */
  handle(req: IncomingMessage, res: ServerResponse, path: string): Promise<void>;
  /** An error from outside of any procedure, in the shape that tRPC's client reads. */
  sendError(res: ServerResponse, error: unknown): void;
  endStreams(): void;
}

/**
 * tRPC over HTTP. Its own adapter for Node pipes every answer through web streams; one that is complete is cheaper sent whole,
 * and can be compressed, and one that is a stream has needs of its own: see `event-streams.ts`.
 */
export function createTrpcHandler(options: {
  openContext(req: IncomingMessage, res: ServerResponse, headers: Headers, changes: boolean): Promise<Context>;
  log: Log;
}): TrpcHandler {
  const { openContext, log } = options;
  const streams = createEventStreams({ log });

  async function subscribe(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    if (req.method !== "GET") {
      res.setHeader("allow", "GET");
      throw new ApiError("METHOD_NOT_ALLOWED", "This takes GET.");
    }
    const input = subscriptionInput(req);
    const ctx = await openContext(req, res, toHeaders(req), false);
    await streams.serve(res, { path, input, ctx });
  }

  async function answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const headers = toHeaders(req);
    const response = await resolveResponse({
      router: appRouter,
      path,
      req: await toRequest(req, res, headers),
      error: null,
      createContext: () => openContext(req, res, headers, req.method === "POST"),
      maxBatchSize,
      onError({ error, path: procedure, ctx }) {
        const { code, cause } = toApiError(error);
        const fields = { err: cause ?? error, procedure, requestId: ctx?.requestId };
        if (code === "INTERNAL") log.error(fields, "a procedure failed");
      },
    });
    const body = Buffer.from(await response.arrayBuffer());
    const encoding = acceptedEncoding(body, req.headers["accept-encoding"]);
    const sent = encoding ? await compress(body, encoding) : body;
    res.statusCode = response.status;
    for (const [name, value] of response.headers) if (name !== "set-cookie") res.setHeader(name, value);
    if (encoding) res.setHeader("content-encoding", encoding);
    res.setHeader("vary", "accept-encoding");
    res.setHeader("content-length", sent.length);
    res.end(sent);
  }

  return {
    handle: (req, res, path) => (isSubscription(path) ? subscribe(req, res, path) : answer(req, res, path)),

    sendError(res, error) {
      const { status, retryAfterMs } = toApiError(error);
      const trpcError = toTRPCError(error);
      const { _config: config } = appRouter._def;
      const call = { path: undefined, input: undefined, ctx: undefined, type: "unknown" as const };
      const shape = getErrorShape({ config, error: trpcError, ...call });
      if (retryAfterMs !== undefined) res.setHeader("retry-after", Math.ceil(retryAfterMs / 1_000));
      res.writeHead(status, { "content-type": "application/json" });
      res.end(JSON.stringify({ error: { ...shape, data: { ...shape.data, requestId: requestIdOf(res) } } }));
    },

    endStreams: streams.endAll,
  };
}

function isSubscription(path: string): boolean {
  return Object.hasOwn(procedures, path) && procedures[path]?._def.type === "subscription";
}

// At run time by their whole names, which the type of a router does not say.
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;

/** What tRPC's client puts in the address; an event source that connects again adds the last id it has seen. */
function subscriptionInput(req: IncomingMessage): unknown {
  const query = queryOf(req);
  const lastEventId = req.headers["last-event-id"] ?? query.get("lastEventId");
  const input = parseJson(query.get("input"));
  if (typeof lastEventId !== "string" || lastEventId === "") return input;
  return typeof input === "object" && input !== null ? { ...input, lastEventId } : { lastEventId };
}

function parseJson(text: string | null): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    throw badRequest("input", "is not valid JSON");
  }
}

async function toRequest(req: IncomingMessage, res: ServerResponse, headers: Headers): Promise<Request> {
  const { method = "GET" } = req;
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  const body = hasBody(req) && method !== "GET" ? new Uint8Array(await readBytes(req, limits.bodyBytes)) : null;
  return new Request(`http://holdfast${req.url}`, { method, headers, body, signal: gone.signal });
}

const maxBatchSize = 50;
