"use client";

import type { ConversationSummary } from "@holdfast/contract";
import { GitBranch } from "lucide-react";
import type { ReactNode } from "react";
import { AppLink } from "@/ui/app-link";
import styles from "./conversation-screen.module.css";
import { useConversation } from "./use-conversation";

interface ConversationHeaderProps {
  conversation: ConversationSummary | null;
  start: ReactNode;
  end: ReactNode;
}

export function ConversationHeader({ conversation, start, end }: ConversationHeaderProps) {
  return (
    <header className={styles.header}>
      {start}
      {conversation && (
        <h1 dir="auto" title={conversation.title}>
          {conversation.title}
        </h1>
      )}
      {conversation?.forkedFrom && <Origin id={conversation.forkedFrom} />}
      <span className={styles.space} />
      {end}
    </header>
  );
}

/** Where a branch comes from. */
function Origin({ id }: { id: string }) {
  const origin = useConversation(id, null, true);
  if (!origin) return null;
  return (
    <AppLink href={`/c/${id}`} className={styles.origin} title={`Branched from ${origin.title}`}>
      <GitBranch size={14} aria-hidden="true" />
      <span>
        Branched from <bdi>{origin.title}</bdi>
      </span>
    </AppLink>
  );
}
