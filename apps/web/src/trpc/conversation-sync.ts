"use client";

import type { LiveEvent } from "@holdfast/contract";
import { useEffect } from "react";
import { type ConversationCache, useConversationCache } from "./conversation-cache";
import { useLive } from "./live/live-provider";

/** Keeps the lists of conversations exact: a change anywhere is one row read again, not the list. */
export function useConversationSync(): void {
  const live = useLive();
  const cache = useConversationCache();
  useEffect(() => {
    const refresh = createRefresh(cache);
    return live.onEvent((event) => applyToLists(event, cache, refresh));
  }, [live, cache]);
}

function applyToLists(event: LiveEvent, cache: ConversationCache, refresh: (id: string) => void): void {
  switch (event.type) {
    case "connected":
      void cache.refreshAll(); // its failure is in the queries' state
      return;
    case "conversation-changed":
      if (event.change === "deleted") cache.remove(event.conversationId);
      else refresh(event.conversationId);
      return;
    case "turn-started":
      cache.patch(event.turn.conversationId, { running: true });
      refresh(event.turn.conversationId);
      return;
    case "turn-ended":
      cache.patch(event.conversationId, { running: false });
      refresh(event.conversationId);
      return;
    case "turn-chunk":
    case "tasks-changed":
      return;
    default:
      event satisfies never;
  }
}

/** One reading at a time of each conversation, and one more if it changed meanwhile. */
function createRefresh(cache: ConversationCache) {
  const reading = new Map<string, { isStale: boolean }>();
  return function refresh(id: string): void {
    const current = reading.get(id);
    if (current) {
      current.isStale = true;
      return;
    }
    const mine = { isStale: false };
    reading.set(id, mine);
    void cache.refresh(id).then(() => {
      reading.delete(id);
      if (mine.isStale) refresh(id);
    });
  };
}
