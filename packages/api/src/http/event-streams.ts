import type { ServerResponse } from "node:http";
import { UnavailableError } from "@holdfast/db";
import { callTRPCProcedure, getErrorShape, getTRPCErrorFromUnknown, isTrackedEnvelope } from "@trpc/server";
import type { Log } from "../api.ts";
import type { Context } from "../context.ts";
import { toApiError } from "../errors.ts";
import { DisconnectError } from "../live/inbox.ts";
import { appRouter } from "../routers/app-router.ts";
import { clientGone, writeTo } from "./client-gone.ts";

/**
 * Subscriptions as server-sent events, in the words that tRPC's client expects. tRPC's own producer puts every event through
 * four web streams, cannot end a response without telling the client that the subscription is complete, and keeps several
 * times the memory for an idle one.
 */
export interface EventStreams {
  /** Returns when the stream has ended. Throws, with nothing sent, where the subscription refuses to begin. */
  serve(res: ServerResponse, subscription: Subscription): Promise<void>;
  /** Ends every stream so that clients connect again: to this process's successor, or to another. */
  endAll(): void;
  stats(): { streams: number };
}

export interface Subscription {
  /** The procedure's name, such as `live.feed`. */
  path: string;
  input: unknown;
  ctx: Context;
}

/** All that is kept of the request. */
interface StreamFacts {
  path: string;
  requestId: string;
}

export function createEventStreams(options: { log: Log; pingMs?: number }): EventStreams {
  const { log, pingMs = 15_000 } = options;
  const open = new Set<ServerResponse>();
  const stalled = new WeakSet<ServerResponse>();
  const pinging = setInterval(ping, pingMs).unref();

  function ping(): void {
    for (const res of open) {
      // Two pings without a byte taken: nobody reads, whatever the socket says.
      if (!res.writableNeedDrain) stalled.delete(res);
      else if (stalled.has(res)) res.destroy();
      else stalled.add(res);
      if (!res.writableNeedDrain) res.write(frame("", { event: "ping" }));
    }
  }

  async function pump(
    res: ServerResponse,
    values: AsyncIterable<unknown>,
    gone: AbortSignal,
  ): Promise<"complete" | "disconnect"> {
    for await (const value of values) {
      const text = isTrackedEnvelope(value)
        ? frame(JSON.stringify(value[1]), { id: value[0] })
        : frame(JSON.stringify(value));
      if (!(await writeTo(res, text, gone))) return "disconnect";
    }
    return "complete";
  }

  async function serve(res: ServerResponse, { path, input, ctx }: Subscription): Promise<void> {
    const gone = clientGone(res);
    const call = { router: appRouter, path, ctx, getRawInput: async () => input, batchIndex: 0 };
    const values = await callTRPCProcedure({ ...call, type: "subscription", signal: gone });
    ctx.limits.openStream(ctx.person?.id ?? "", gone);
    if (gone.aborted || res.writableEnded) return;

    begin(res);
    open.add(res);
    const yielded = values as AsyncIterable<unknown>; // a subscription yields; it returns no value
    // Not awaited: what a request needs is let go once its stream has begun, for a feed is open for hours.
    return stream(res, yielded, gone, { path, requestId: ctx.requestId });
  }

  async function stream(
    res: ServerResponse,
    values: AsyncIterable<unknown>,
    gone: AbortSignal,
    about: StreamFacts,
  ): Promise<void> {
    try {
      const outcome = await pump(res, values, gone);
      if (outcome === "complete" && !res.writableEnded && !res.destroyed) res.write(frame("", { event: "return" }));
    } catch (error) {
      const { requestId } = about;
      if (error instanceof DisconnectError) log.debug({ requestId, reason: error.cause }, "stream cut");
      else if (!res.writableEnded && !res.destroyed) refuse(res, error, about);
    } finally {
      open.delete(res);
      endStream(res); // its close aborts what the subscription does
    }
  }

  function refuse(res: ServerResponse, cause: unknown, { path, requestId }: StreamFacts): void {
    // An outage passes: the client connects again until it has.
    if (cause instanceof UnavailableError) return;
    const error = getTRPCErrorFromUnknown(cause);
    if (toApiError(error).code === "INTERNAL") log.error({ err: cause, path, requestId }, "a stream failed");
    const { _config: config } = appRouter._def;
    const shape = getErrorShape({ config, ctx: undefined, error, input: undefined, path, type: "subscription" });
    const body = { ...shape, data: { ...shape.data, requestId } };
    res.write(frame(JSON.stringify(body), { event: "serialized-error" }));
  }

  return {
    serve,
    endAll() {
      clearInterval(pinging);
      for (const res of open) endStream(res);
    },
    stats: () => ({ streams: open.size }),
  };
}

/** Ends the response, then its connection: a stream's connection serves nothing else, and would keep the server open. */
export function endStream(res: ServerResponse): void {
  const { socket } = res;
  if (!res.writableEnded) res.end(() => socket?.destroySoon());
}

function begin(res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  res.socket?.setKeepAlive(true, 30_000);
  // Not all at once after a restart.
  const retryMs = Math.round(500 + Math.random() * 1_000);
  res.write(
    `retry: ${retryMs}\n${frame(JSON.stringify({ reconnectAfterInactivityMs: 40_000 }), { event: "connected" })}`,
  );
}

function frame(data: string, { event, id }: { event?: string; id?: string } = {}): string {
  return `${event ? `event: ${event}\n` : ""}data: ${data}\n${id ? `id: ${id}\n` : ""}\n`;
}
