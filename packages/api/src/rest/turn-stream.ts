import type { IncomingMessage, ServerResponse } from "node:http";
import * as schema from "@holdfast/contract/schemas";
import { isTrackedEnvelope } from "@trpc/server";
import type { Context } from "../context.ts";
import { clientGone, writeTo } from "../http/client-gone.ts";
import type { AppRouter } from "../routers/app-router.ts";
import { answerText } from "../turns/answer.ts";
import type { TurnWatchEvent } from "../turns/turns.ts";
import type { RestRoute } from "./routes.ts";

export interface TurnStream {
  route: RestRoute;
  input: Record<string, unknown>;
  context: Context;
  createCaller: AppRouter["createCaller"];
  req: IncomingMessage;
  res: ServerResponse;
}

/** Whether a program that sends a message wants its answer as it is written. */
export function wantsEvents(route: RestRoute, req: IncomingMessage): boolean {
  return route.procedure === "turn.chat" && /\btext\/event-stream\b/.test(req.headers.accept ?? "");
}

/**
 * A turn as server-sent events: `turn` (all of it so far), `chunk` (what is new), `ended` (how it ended, with `response`).
 * Every event has an id; sent back as Last-Event-ID to `GET .../turns/{id}/events` it goes on from there.
 */
export async function streamTurn({ route, input, context, createCaller, req, res }: TurnStream): Promise<void> {
  const gone = clientGone(res);
  const caller = createCaller(context, { signal: gone });
  const turnId = schema.id.parse(input.turnId ?? crypto.randomUUID());
  if (req.method === "HEAD") {
    await caller.turn.get({ turnId });
    begin(res);
    return void res.end();
  }
  // Before the turn, so that a send that is refused for it has done nothing.
  context.limits.openStream(context.person?.id ?? "", gone);
  if (route.procedure === "turn.chat") {
    // The procedure checks the rest of its input.
    await caller.turn.start({ ...(input as Parameters<typeof caller.turn.start>[0]), turnId });
  }
  const lastEventId = req.headers["last-event-id"];
  const watched = await caller.turn.watch({
    turnId,
    lastEventId: typeof lastEventId === "string" ? lastEventId : undefined,
  });
  // Called in the process, a subscription yields tRPC's envelopes, which its types do not say.
  for await (const envelope of watched as AsyncIterable<unknown>) {
    if (!isTrackedEnvelope(envelope)) continue;
    const [id, event] = envelope as unknown as [string, TurnWatchEvent];
    if (gone.aborted) return;
    if (!res.headersSent) begin(res);
    const text = `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(toData(event))}\n\n`;
    if (!(await writeTo(res, text, gone))) return;
  }
  if (gone.aborted) return;
  if (!res.headersSent) begin(res);
  res.end();
}

/** Begun with the first event, so that what is refused before has its own status. */
function begin(res: ServerResponse): void {
  res.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
}

function toData(event: TurnWatchEvent): unknown {
  switch (event.type) {
    case "turn":
      return event.turn;
    case "chunk":
      return { seq: event.seq, events: event.events };
    case "ended":
      return { ...event.turn, response: answerText(event.turn.steps) };
    default:
      return event satisfies never;
  }
}
