import type { IncomingMessage } from "node:http";

/** How long the rest may take to come. */
const discardMs = 30_000;

/**
 * For an answer that is given before the request's body is whole. A connection that is closed with bytes unread is reset, and
 * a client that still sends never sees the answer: so the rest is read and thrown away, and cut only if it does not end.
 */
export function discardRest(req: IncomingMessage): void {
  if (req.readableEnded || req.destroyed) return;
  const timer = setTimeout(() => req.socket.destroy(), discardMs).unref();
  const done = () => clearTimeout(timer);
  req.once("end", done).once("close", done).resume();
}
