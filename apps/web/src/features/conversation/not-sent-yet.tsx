"use client";

import { titleFrom } from "@holdfast/contract";
import { focusComposerUnlessOnPhone } from "@/ui/focus-composer";
import styles from "./conversation-screen.module.css";
import type { Sending } from "./outbox";

interface NotSentYetProps {
  sendings: readonly Sending[];
  onShow(turnId: string): void;
}

/** First messages that New chat has left on their way: each becomes a conversation once the server has it. */
export function NotSentYet({ sendings, onShow }: NotSentYetProps) {
  if (sendings.length === 0) return null;
  return (
    <div role="status" aria-label="Not sent yet" className={styles.notSentYet}>
      {sendings.map(({ turnId, text }) => (
        <NotSent key={turnId} title={titleFrom(text)} onShow={() => onShow(turnId)} />
      ))}
    </div>
  );
}

function NotSent({ title, onShow }: { title: string; onShow(): void }) {
  function show() {
    onShow();
    // The button goes, and would take the focus along.
    focusComposerUnlessOnPhone();
  }
  return (
    <p>
      <b>Not sent yet</b>
      <span dir="auto">{title}</span>
      <button type="button" aria-label={`Show “${title}”`} onClick={show}>
        Show
      </button>
    </p>
  );
}
