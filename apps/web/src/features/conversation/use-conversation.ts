"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import type { ConversationScreenProps } from "@/trpc/page-data";

/** The open conversation's summary; what the list knows of it serves until it is read. */
export function useConversation(
  id: string | null,
  initial: ConversationScreenProps["initial"],
  enabled: boolean,
): ConversationSummary | null {
  const trpc = useTRPC();
  const cache = useConversationCache();
  const isInitial = initial !== null && initial.conversation.id === id;
  const { data } = useQuery(
    trpc.conversation.find.queryOptions(
      { id: id ?? "" },
      {
        enabled: enabled && id !== null,
        ...(isInitial && { initialData: initial.conversation }),
        placeholderData: () => (id ? cache.find(id) : undefined),
      },
    ),
  );
  return id === null ? null : (data ?? null);
}
