import type { IncomingMessage } from "node:http";

export interface BodyTimes {
  /** Without a byte of it. */
  idleMs: number;
  /** For all of it. */
  wholeMs: number;
  checkMs: number;
}

/** Node's own limit is for a body as a whole, and ends an import of a slow connection. */
export const bodyTimes: BodyTimes = { idleMs: 30_000, wholeMs: 300_000, checkMs: 5_000 };

/** An import is large, and waits for the database in between. */
const importPath = "/api/account/import";
const importWholeMs = 3_600_000;

/**
 * Watches bodies as they come: `refuse` is called for one of which nothing comes, or that takes too long as a whole. The
 * time that we take to read it does not count as its own.
 */
export function slowBodyWatch({ idleMs, wholeMs, checkMs }: BodyTimes, refuse: (req: IncomingMessage) => void) {
  const coming = new Map<IncomingMessage, { begun: number; moved: number; bytes: number }>();
  const timer = setInterval(check, checkMs);
  timer.unref();

  function check(): void {
    const now = performance.now();
    for (const [req, body] of coming) {
      if (req.complete || req.destroyed) {
        coming.delete(req);
        continue;
      }
      // What lies there unread has us to wait for; so has the client then.
      if (req.socket.bytesRead !== body.bytes || req.readableLength > 0) body.moved = now;
      body.bytes = req.socket.bytesRead;
      const isImport = req.url?.split("?", 1)[0] === importPath;
      if (now - body.moved < idleMs && now - body.begun < (isImport ? importWholeMs : wholeMs)) continue;
      coming.delete(req);
      refuse(req);
    }
  }

  return {
    watch(req: IncomingMessage): void {
      const hasBody = req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0;
      if (!hasBody) return;
      const now = performance.now();
      coming.set(req, { begun: now, moved: now, bytes: req.socket.bytesRead });
    },
    close(): void {
      clearInterval(timer);
    },
  };
}
