import { once } from "node:events";
import type { ServerResponse } from "node:http";

/**
 * Aborts when the client has gone, or the answer is over; has aborted where that is past. Between a request and the moment
 * in which anybody listens there are waits, and "close" is said once.
 */
export function clientGone(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (res.closed || res.destroyed) controller.abort();
  else res.once("close", () => controller.abort());
  return controller.signal;
}

/** Writes, and waits where the client reads slowly. False once nobody is left to write to. */
export async function writeTo(res: ServerResponse, text: string, gone: AbortSignal): Promise<boolean> {
  if (gone.aborted || res.writableEnded) return false;
  if (!res.write(text)) await once(res, "drain", { signal: gone }).catch(() => {}); // it rejects when they go
  return !gone.aborted;
}
