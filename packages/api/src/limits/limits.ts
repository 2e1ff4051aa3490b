import { createHash } from "node:crypto";
import type { Database } from "@holdfast/db";
import type { ApiLimits } from "../api.ts";
import { ApiError } from "../errors.ts";
import { clientNetwork } from "./client-address.ts";

/** Counts what people do, across processes. Each throws an `ApiError` TOO_MANY_REQUESTS for one too many. */
export interface Limits {
  /** Of a person, or of an address where nobody is signed in. In this process alone: it guards the process. */
  countRequest(request: { userId: string | null; address: string }): void;
  countSend(userId: string): Promise<void>;
  /** Attempts to prove who one is: against an account (its e-mail address or id) and from an address. */
  countSignIn(attempt: { account?: string | undefined; address: string }): Promise<void>;
  /** Holds one of the person's streams until `gone` aborts; where it has, none. */
  openStream(userId: string, gone: AbortSignal): void;
}

const minuteMs = 60_000;
/** Several accounts share an address; several people one office. */
const signInsPerAddress = 3;

export function createLimits(db: Database, allowed: ApiLimits): Limits {
  const requests = createWindowCounter(minuteMs);
  const streams = new Map<string, number>();

  async function countShared(kind: string, who: string, limit: number, message: string): Promise<void> {
    if (limit === 0) return;
    const use = await db.countUse(keyOf(kind, who), limit, minuteMs);
    if (!use.allowed) throw new ApiError("TOO_MANY_REQUESTS", message, { retryAfterMs: use.retryAfterMs });
  }

  return {
    countRequest({ userId, address }) {
      const limit = allowed.requestsPerMinute;
      if (limit === 0) return;
      const retryAfterMs = requests.count(userId ?? clientNetwork(address), limit);
      if (retryAfterMs > 0) {
        throw new ApiError("TOO_MANY_REQUESTS", "Too many requests. Wait a moment.", { retryAfterMs });
      }
    },

    countSend: (userId) =>
      countShared("send", userId, allowed.sendsPerMinute, "You are sending very quickly. Wait a moment."),

    async countSignIn({ account, address }) {
      const message = "Too many attempts. Wait a minute, then try again.";
      const perAddress = allowed.signInsPerMinute * signInsPerAddress;
      await countShared("sign-in-address", clientNetwork(address), perAddress, message);
      if (account !== undefined) {
        await countShared("sign-in-account", account.trim().toLowerCase(), allowed.signInsPerMinute, message);
      }
    },

    openStream(userId, gone) {
      const open = streams.get(userId) ?? 0;
      if (allowed.streams > 0 && open >= allowed.streams) {
        throw new ApiError("TOO_MANY_REQUESTS", "Too many open streams. Close another window first.", {
          retryAfterMs: 5_000,
        });
      }
      if (gone.aborted) return;
      streams.set(userId, open + 1);
      const release = () => {
        const left = (streams.get(userId) ?? 1) - 1;
        if (left > 0) streams.set(userId, left);
        else streams.delete(userId);
      };
      gone.addEventListener("abort", release, { once: true });
    },
  };
}

/** Neither e-mail addresses nor ids stay behind in the table of counts, not even of deleted accounts. */
function keyOf(kind: string, who: string): string {
  return `${kind}:${createHash("sha256").update(`${kind}:${who}`).digest("base64url").slice(0, 24)}`;
}

/** Counts in fixed windows. Returns the milliseconds to wait: 0 while there is room. */
function createWindowCounter(windowMs: number) {
  let startedAt = performance.now();
  const counts = new Map<string, number>();
  return {
    count(key: string, limit: number): number {
      const now = performance.now(); // a clock that goes back must not make a minute of an hour
      if (now - startedAt >= windowMs) {
        startedAt = now;
        counts.clear();
      }
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count > limit ? startedAt + windowMs - now : 0;
    },
  };
}
