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
    const reader = createReader(cache);
    const end = live.onEvent((event) => applyToLists(event, cache, reader.read));
    return () => {
      end();
      reader.stop();
    };
  }, [live, cache]);
}

function applyToLists(event: LiveEvent, cache: ConversationCache, read: (id: string) => void): void {
  switch (event.type) {
    case "connected":
      void cache.refreshAll(); // its failure is in the queries' state
      return;
    case "conversation-changed":
      if (event.change === "deleted") cache.remove(event.conversationId);
      else read(event.conversationId);
      return;
    case "turn-started":
      cache.patch(event.turn.conversationId, { running: true });
      read(event.turn.conversationId);
      return;
    case "turn-ended":
      cache.patch(event.conversationId, { running: false });
      read(event.conversationId);
      return;
    case "turn-chunk":
    case "tasks-changed":
      return;
    default:
      event satisfies never;
  }
}

/** More rows than this at once are read as a list. */
const mostRows = 5;
const gatherMs = 30;
const stormPauseMs = 1_000;

/**
 * Reads what has changed: gathered, one reading at a time, and in a storm (an import, a busy program) the list at most
 * once a second. A page that nobody sees waits until it is seen.
 */
function createReader(cache: ConversationCache) {
  const due = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;

  function schedule(delayMs = gatherMs) {
    if (isReading || document.hidden || due.size === 0) return;
    timer ??= setTimeout(() => void read(), delayMs); // a failure is in the queries' state
  }

  async function read() {
    timer = undefined;
    const ids = [...due];
    due.clear();
    isReading = true;
    const isStorm = ids.length > mostRows;
    await (isStorm ? cache.refreshAll() : Promise.all(ids.map((id) => cache.refresh(id))));
    isReading = false;
    schedule(isStorm ? stormPauseMs : gatherMs);
  }

  const onVisible = () => schedule();
  document.addEventListener("visibilitychange", onVisible);
  return {
    read(id: string) {
      due.add(id);
      schedule();
    },
    stop() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    },
  };
}
