"use client";

import { type ReactNode, useEffect } from "react";
import explanation from "../explanation.module.css";
import styles from "./absent-conversation.module.css";
import type { Absence } from "./chat-screen";

const words = {
  "not-found": {
    title: "There is no such conversation.",
    text: "It may have been deleted, or the address is not quite right.",
  },
  forbidden: {
    title: "This conversation is not yours.",
    text: "It belongs to another account. If that is yours too, sign in to it to read on.",
  },
  unavailable: {
    title: "Holdfast cannot reach its database.",
    text: "Nothing is lost. This page comes back by itself as soon as it can.",
  },
} satisfies Record<Absence, { title: string; text: string }>;

interface AbsentConversationProps {
  reason: Absence;
  headerStart: ReactNode;
  headerEnd: ReactNode;
}

export function AbsentConversation({ reason, headerStart, headerEnd }: AbsentConversationProps) {
  useReturn(reason === "unavailable");
  const { title, text } = words[reason];
  return (
    <div className={styles.screen}>
      <title>{`${title} · Holdfast`}</title>
      <header className={styles.header}>
        {headerStart}
        <span className={styles.space} />
        {headerEnd}
      </header>
      <div className={explanation.explanation}>
        <h1>{title}</h1>
        <p>{text}</p>
        {reason !== "unavailable" && (
          <div className={explanation.ways}>
            <a href="/" className={explanation.way}>
              Back to the chat
            </a>
            {reason === "forbidden" && (
              <a href="/sign-in" className={explanation.way}>
                Sign in
              </a>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

const askAgainMs = 2_000;

/** Loads the page again once the server says that it can serve. */
function useReturn(isWaiting: boolean) {
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(async () => {
      const response = await fetch("/api/health/ready").catch(() => null);
      if (response?.ok) window.location.reload();
    }, askAgainMs);
    return () => clearInterval(timer);
  }, [isWaiting]);
}
