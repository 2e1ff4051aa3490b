"use client";

import type { ConversationSummary, TurnView } from "@holdfast/contract";
import { type RefObject, useEffect, useRef } from "react";
import { useTRPCClient } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import { useStable } from "@/ui/use-latest";
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
  const unmarked = useAnswerSeenToEnd(turn);
  useEffect(() => {
    if (!id || !isUnread) return;
    unmarked.current = null; // its messages are among those up to here
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
  }, [id, isUnread, position, cache, client, unmarked]);

  const markTurn = useStable(async (turnId: string) => {
    const { conversationId, lastPosition } = await client.turn.get.query({ turnId });
    if (lastPosition === null) return;
    await client.conversation.update.mutate({ id: conversationId, readPosition: lastPosition });
  });
  // Whoever leaves before the messages of an answer have come has read it all the same.
  useEffect(
    () => () => {
      const turnId = unmarked.current;
      unmarked.current = null;
      // Of what was deleted nothing is left to mark.
      if (id && turnId && cache.find(id)) void markTurn(turnId).catch(() => {}); // only a mark, as above
    },
    [id, unmarked, cache, markTurn],
  );
}

/** The turn that ended here while somebody looked, until it is taken. */
function useAnswerSeenToEnd(turn: TurnView | null): RefObject<string | null> {
  const running = useRef<string | null>(null);
  const seen = useRef<string | null>(null);
  const { id = null, status } = turn ?? {};
  useEffect(() => {
    if (status === "running") running.current = id;
    else if (id !== null && running.current === id && document.visibilityState === "visible") seen.current = id;
  }, [id, status]);
  return seen;
}
