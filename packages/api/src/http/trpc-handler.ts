import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "@holdfast/contract";
import { getErrorShape } from "@trpc/server";
import { resolveResponse } from "@trpc/server/http";
import type { Log } from "../api.ts";
import type { Context } from "../context.ts";
import { badRequest, toApiError, toTRPCError } from "../errors.ts";
import { assertMethod, hasBody, queryOf, readBytes, requestIdOf, sayWhenToRetry, toHeaders } from "../rest/exchange.ts";
import { appRouter } from "../routers/app-router.ts";
import { clientGone } from "./client-gone.ts";
import { acceptedEncoding, compress } from "./compression.ts";
import { createEventStreams } from "./event-streams.ts";
import {
  answerPlainQueries,
  type Failure,
  maxBatchSize,
  type PlainQueries,
  readPlainQueries,
  typeOf,
} from "./plain-queries.ts";
import { discardRest } from "./unread-body.ts";

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
    const input = subscriptionInput(req);
    const ctx = await openContext(req, res, toHeaders(req), false);
    return streams.serve(res, { path, input, ctx });
  }

  function failing(res: ServerResponse) {
    return ({ error, path, ctx }: Failure): void => {
      const { code, cause, retryAfterMs } = toApiError(error);
      sayWhenToRetry(res, retryAfterMs);
      const fields = { err: cause ?? error, procedure: path, requestId: ctx?.requestId };
      if (code === "INTERNAL") log.error(fields, "a procedure failed");
    };
  }

  async function answerQueries(req: IncomingMessage, res: ServerResponse, queries: PlainQueries): Promise<void> {
    const ctx = await openContext(req, res, toHeaders(req), false);
    const { status, body } = await answerPlainQueries(queries, ctx, failing(res));
    res.statusCode = status;
    res.setHeader("content-type", "application/json");
    await sendBody(req, res, body);
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
      onError: failing(res),
    });
    const said = await response.text();
    // What is wrong before it is known who asks is formatted without their request.
    const body = response.ok ? said : said.replaceAll('"requestId":""', `"requestId":"${requestIdOf(res)}"`);
    res.statusCode = response.status;
    for (const [name, value] of response.headers) if (name !== "set-cookie") res.setHeader(name, value);
    await sendBody(req, res, body);
  }

  return {
    async handle(req, res, path) {
      const type = typeOf(path);
      assertMethod(req, res, methods[type ?? "any"] ?? []);
      if (type === "subscription") return subscribe(req, res, path);
      const queries = readPlainQueries(req, path);
      return queries ? answerQueries(req, res, queries) : answer(req, res, path);
    },

    sendError(res, error) {
      const { status, retryAfterMs } = toApiError(error);
      const trpcError = toTRPCError(error);
      const { _config: config } = appRouter._def;
      const call = { path: undefined, input: undefined, ctx: undefined, type: "unknown" as const };
      const shape = getErrorShape({ config, error: trpcError, ...call });
      sayWhenToRetry(res, retryAfterMs);
      discardRest(res.req);
      res.writeHead(status, { "content-type": "application/json" });
      res.end(JSON.stringify({ error: { ...shape, data: { ...shape.data, requestId: requestIdOf(res) } } }));
    },

    endStreams: streams.endAll,
  };
}

/** Of a procedure by its type; of many at once, or one that is unknown, tRPC says itself what is wrong. */
const methods: Record<string, readonly string[]> = {
  query: ["GET", "HEAD"],
  mutation: ["POST"],
  subscription: ["GET"],
  any: ["GET", "HEAD", "POST"],
};

async function sendBody(req: IncomingMessage, res: ServerResponse, body: string): Promise<void> {
  res.setHeader("vary", "accept-encoding");
  const encoding = acceptedEncoding(body, req.headers["accept-encoding"]);
  if (!encoding) {
    res.setHeader("content-length", Buffer.byteLength(body));
    return void res.end(body); // a string leaves together with its headers, in one write
  }
  const sent = await compress(Buffer.from(body), encoding);
  res.setHeader("content-encoding", encoding);
  res.setHeader("content-length", sent.length);
  res.end(sent);
}

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
  const gone = clientGone(res);
  const body = hasBody(req) && method === "POST" ? new Uint8Array(await readBytes(req, limits.bodyBytes)) : null;
  const request = new Request(`http://holdfast${req.url}`, { method, headers, body, signal: gone });
  // A call without an input has no body, and tRPC would refuse that as JSON.
  if (body === null) Object.defineProperty(request, "json", { value: () => Promise.resolve(undefined) });
  return request;
}
