"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { ConversationScreen } from "@/features/conversation/conversation-screen";
import { useTRPC } from "@/trpc/client";
import { useConversationCache } from "@/trpc/conversation-cache";
import type { ConversationScreenProps } from "@/trpc/page-data";
import { usePerson } from "@/trpc/person";
import { AbsentConversation } from "./absent-conversation";
import { useShell } from "./shell-context";
import { useOpenId } from "./use-open-id";

/** Why there is nothing to show at the address that the page was loaded from. */
export type Absence = "not-found" | "forbidden" | "unavailable";

type ChatScreenProps = Omit<ConversationScreenProps, "headerStart" | "headerEnd"> & { absence: Absence | null };

/** What stands in the middle: the conversation of the address, or why there is none. */
export function ChatScreen({ absence, initial, person: initialPerson, modelList }: ChatScreenProps) {
  const openId = useOpenId();
  const { headerStart, headerEnd } = useShell();
  const person = usePerson(initialPerson);
  const title = useTitle(openId, initial);
  const address = usePathname();
  // Whatever it is, well-formed or not: from there the browser goes elsewhere by itself.
  const [loadedFrom] = useState(address);
  if (absence !== null && address === loadedFrom) {
    return <AbsentConversation reason={absence} headerStart={headerStart} headerEnd={headerEnd} />;
  }
  return (
    <>
      <title>{title}</title>
      <ConversationScreen
        initial={initial}
        person={person}
        modelList={modelList}
        headerStart={headerStart}
        headerEnd={headerEnd}
      />
    </>
  );
}

function useTitle(openId: string | null, initial: ConversationScreenProps["initial"]): string {
  const trpc = useTRPC();
  const cache = useConversationCache();
  const isInitial = initial?.conversation.id === openId;
  const { data } = useQuery(
    trpc.conversation.find.queryOptions(
      { id: openId ?? "" },
      { enabled: false, initialData: isInitial ? initial?.conversation : undefined },
    ),
  );
  const title = openId && (data?.title ?? cache.find(openId)?.title);
  return title ? `${title} · Holdfast` : "Holdfast";
}
