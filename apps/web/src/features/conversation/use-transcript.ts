"use client";

import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTRPC, useTRPCClient } from "@/trpc/client";
import type { ConversationScreenProps } from "@/trpc/page-data";
import { fromPage, type Transcript, withNewer, withNewest, withOlder } from "./transcript";

const pageSize = 50;

/** The loaded messages of a conversation and the ways to load more. Shown from the cache at once where it was open before. */
export function useTranscript(
  conversationId: string | null,
  initial: ConversationScreenProps["initial"],
  enabled: boolean,
) {
  const key = useTranscriptKey(conversationId ?? "");
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const busy = useRef(new Set<string>());
  // What the page came with is of then.
  const dropped = useRef(new Set<string | null>());
  const isInitial = initial?.conversation.id === conversationId && !dropped.current.has(conversationId);
  const query = useQuery<Transcript>({
    queryKey: key,
    enabled: enabled && conversationId !== null,
    structuralSharing: false,
    ...(isInitial && { initialData: () => fromPage(initial.page) }),
    queryFn: async ({ signal }) => {
      const page = await client.message.page.query(
        { conversationId: conversationId ?? "", limit: pageSize },
        { signal },
      );
      return withNewest(queryClient.getQueryData<Transcript>(key), page);
    },
  });

  // A conversation opens at its end: what was read around a message is not kept for the next time.
  const visit = useRef(0);
  useEffect(
    () => () => {
      visit.current++;
      if (queryClient.getQueryData<Transcript>(key)?.newerCursor == null) return;
      dropped.current.add(conversationId);
      queryClient.removeQueries({ queryKey: key });
    },
    [key, queryClient, conversationId],
  );

  const load = useCallback(
    async (what: "older" | "newer" | "newest" | { around: string }) => {
      const held = queryClient.getQueryData<Transcript>(key);
      const cursor = what === "older" ? held?.olderCursor : what === "newer" ? held?.newerCursor : undefined;
      const name = typeof what === "string" ? what : "around";
      if (cursor === null || !conversationId || busy.current.has(name)) return;
      busy.current.add(name);
      const visited = visit.current;
      try {
        const around = typeof what === "string" ? undefined : what.around;
        const page = await client.message.page.query({ conversationId, limit: pageSize, cursor, around });
        queryClient.setQueryData<Transcript>(key, (latest) => {
          if (what === "older") return latest && latest.olderCursor === cursor ? withOlder(latest, page) : latest;
          if (what === "newer") return latest && latest.newerCursor === cursor ? withNewer(latest, page) : latest;
          return visit.current === visited ? fromPage(page) : latest;
        });
      } finally {
        busy.current.delete(name);
      }
    },
    [client, conversationId, key, queryClient],
  );
  return { transcript: query.data, error: query.error, load };
}

function useTranscriptKey(conversationId: string): QueryKey {
  const trpc = useTRPC();
  return useMemo(() => trpc.message.page.queryKey({ conversationId }), [trpc, conversationId]);
}
