"use client";

import type { LiveEvent, TurnView } from "@holdfast/contract";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useTRPC, useTRPCClient } from "../client";
import { requests } from "../requests";
import { type Connection, ConnectionStore } from "./connection-store";
import type { OpenStream, SessionEnd } from "./feed";
import { startLiveConnection } from "./live-connection";
import { createRefresher } from "./refresh";
import { TurnStore } from "./turn-store";

export interface Live {
  turns: TurnStore;
  connection: ConnectionStore;
  /** Every event of the person's, in this tab. Returns what ends it. */
  onEvent(listener: (event: LiveEvent) => void): () => void;
}

const LiveContext = createContext<Live | null>(null);

interface LiveProviderProps {
  /** Null for a visitor: there is nothing to hear, and nothing is opened. */
  userId: string | null;
  onSessionEnd(end: SessionEnd): void;
  children: ReactNode;
}

const snapshotWithinMs = 10_000;

/** Hears everything of one person's; begins anew when the person changes, so that nothing of one reaches another. */
export function LiveProvider({ userId, onSessionEnd, children }: LiveProviderProps) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [{ live, listeners }] = useState(() => createLive((turnId) => client.turn.get.query({ turnId })));
  useEffect(() => {
    if (userId === null) return;
    const refresher = createRefresher(queryClient);
    let isCurrent = true;
    /** Reads who is here now; null as long as that is who is shown, or nobody can tell. */
    async function readPerson(): Promise<SessionEnd | null> {
      const person = await client.account.me.query().catch(() => undefined);
      if (person === undefined || !isCurrent) return null;
      if (person?.id !== userId) return person === null ? "signed-out" : "another-person";
      queryClient.setQueryData(trpc.account.me.queryKey(), person);
      return null;
    }
    /** Who has signed out, in or up elsewhere is heard of as a stream that ends and is opened again. */
    async function checkPerson(): Promise<void> {
      const end = await readPerson();
      if (end) onSessionEnd(end);
    }
    const open: OpenStream = ({ onEvent, onEnd }) => {
      const subscription = client.live.feed.subscribe(
        { userId },
        {
          onData: onEvent,
          // A stream that is refused does not tell why: who is here now tells.
          onError: () => void readPerson().then((end) => onEnd(end ?? "lost")),
          onComplete: () => onEnd("lost"),
          // tRPC would connect again by itself, at its own pace: losing it here leaves the pace to us.
          onConnectionStateChange: (state) => {
            if (state.state === "connecting" && state.error) onEnd("lost");
          },
        },
      );
      return { close: () => subscription.unsubscribe() };
    };
    const connection = startLiveConnection({
      userId,
      open,
      readSnapshot: () => client.live.snapshot.query({ userId }, { signal: AbortSignal.timeout(snapshotWithinMs) }),
      running: () => live.turns.running(),
      onEvent(event) {
        live.turns.apply(event);
        refresher.onEvent(event);
        if (event.type === "connected") void checkPerson();
        for (const listener of listeners) listener(event);
      },
      onConnected: (connected) => live.connection.setConnected(connected),
      onSessionEnd,
    });
    requests.onUnauthorized = () => void checkPerson();
    return () => {
      isCurrent = false;
      requests.onUnauthorized = null;
      connection.close();
      refresher.stop();
      live.turns.clear();
      live.connection.reset();
    };
  }, [userId, client, trpc, queryClient, live, listeners, onSessionEnd]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function createLive(readTurn: (turnId: string) => Promise<TurnView>) {
  const listeners = new Set<(event: LiveEvent) => void>();
  const live: Live = {
    turns: new TurnStore(readTurn),
    connection: new ConnectionStore(),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { live, listeners };
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive needs a LiveProvider above it");
  return live;
}

/** The conversation's latest turn, if it has run since the page was opened. */
export function useTurn(conversationId: string | null): TurnView | null {
  const { turns } = useLive();
  return useSyncExternalStore(
    (listener) => (conversationId ? turns.subscribe(conversationId, listener) : () => {}),
    () => (conversationId ? turns.get(conversationId) : null),
    () => null,
  );
}

export function useConnection(): Connection {
  const { connection } = useLive();
  return useSyncExternalStore(connection.subscribe, connection.get, () => "online");
}
