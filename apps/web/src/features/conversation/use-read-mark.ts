"use client";

import type { ConversationSummary, TurnView } from "@holdfast/contract";
import { useEffect } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import type { Transcript } from "./transcript";

/** What is open and visible has been read: the mark in the sidebar goes, here and on other devices. */
export function useReadMark(
  conversation: ConversationSummary | null,
  transcript: Transcript | undefined,
  turn: TurnView | null,
): void {
  const client = useTRPCClient();
  const cache = useConversationCache();
  const id = conversation?.id;
  const last = transcript?.newerCursor === null ? (transcript.messages.at(-1)?.position ?? 0) : 0;
  const position = Math.max(last, conversation?.messageCount ?? 0);
  const isUnread = conversation !== null && position > conversation.readPosition && turn?.status !== "running";
  useEffect(() => {
    if (!id || !isUnread) return;
    function mark(conversationId: string) {
      if (document.visibilityState !== "visible") return;
      cache.patch(conversationId, { readPosition: position });
      // Only a mark: the next opening makes it again.
      void client.conversation.update.mutate({ id: conversationId, readPosition: position }).catch(() => {});
    }
    const onVisible = () => mark(id);
    onVisible();
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, [id, isUnread, position, cache, client]);
}
