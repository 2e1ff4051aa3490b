"use client";

import type { Person } from "@holdfast/contract";
import { useEffect } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConnection } from "@/trpc/live/live-provider";

const askAgainMs = 5_000;

/** An event stream that is refused looks like one that is lost: while there is none, ask whether the session still holds. */
export function useEndedSession(person: Person | null, onEnded: () => void): void {
  const connection = useConnection();
  const client = useTRPCClient();
  const isAsking = person !== null && connection === "reconnecting";
  useEffect(() => {
    if (!isAsking) return;
    async function ask() {
      const current = await client.account.me.query().catch(() => undefined);
      if (current === null) onEnded();
    }
    void ask(); // no answer is none: it is asked again
    const timer = setInterval(ask, askAgainMs);
    return () => clearInterval(timer);
  }, [isAsking, client, onEnded]);
}
