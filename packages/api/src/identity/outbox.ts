import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../api.ts";
import type { Mailer } from "./mail.ts";

/** Sends mails that nobody waits for: the time that it takes would tell who has an account. What fails is logged. */
export interface Outbox {
  sendPasswordReset(to: string, url: string): void;
  /** Returns when all are sent, or after `patienceMs`. */
  close(patienceMs?: number): Promise<void>;
}

export function createOutbox(mail: Mailer, log: Log): Outbox {
  const underWay = new Set<Promise<void>>();

  async function send(to: string, url: string): Promise<void> {
    try {
      await mail.sendPasswordReset(to, url);
    } catch (error) {
      log.warn(reasonOf(error), "a mail with a link for a new password could not be sent");
    }
  }

  return {
    sendPasswordReset(to, url) {
      const sending = send(to, url).finally(() => underWay.delete(sending));
      underWay.add(sending);
    },

    async close(patienceMs = 2_000) {
      const waiting = new AbortController();
      const patience = delay(patienceMs, undefined, { signal: waiting.signal }).catch(() => {}); // cut short: all are sent
      await Promise.race([Promise.all(underWay), patience]);
      waiting.abort();
    },
  };
}

/** Not the error itself: a mail server's words name the address. */
function reasonOf(error: unknown): { reason: unknown; responseCode?: unknown } {
  if (!(error instanceof Error)) return { reason: "unknown" };
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }; // nodemailer's, where it is one of its errors
  return { reason: code ?? error.name, ...(responseCode !== undefined && { responseCode }) };
}
