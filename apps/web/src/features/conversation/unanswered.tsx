"use client";

import type { TurnView } from "@holdfast/contract";
import { useState } from "react";
import { useTRPCClient } from "@/trpc/client";
import { notify } from "@/ui/notices";
import { AnswerSteps } from "./answer-steps";
import type { UnansweredEntry } from "./entries";
import styles from "./unanswered.module.css";

/** A message that got no answer, quietly in its place; what it said, and what came of it all the same, on demand. */
export function Unanswered({ entry: { key, turn } }: { entry: UnansweredEntry }) {
  const client = useTRPCClient();
  const [view, setView] = useState<TurnView | null>(null);
  const isStored = turn.lastPosition !== null;
  async function show() {
    try {
      setView(await client.turn.get.query({ turnId: turn.id }));
    } catch {
      notify("The message could not be read. Try again.");
    }
  }
  return (
    <div data-entry={key} className={styles.unanswered}>
      <p>
        {turn.status === "stopped"
          ? "Stopped before an answer."
          : `A message here was not answered: ${reasonOf(turn.failure?.message)}`}{" "}
        {!isStored && view === null && (
          <button type="button" onClick={() => void show()}>
            Show it
          </button>
        )}
      </p>
      {view && (
        <>
          <blockquote dir="auto">{view.prompt}</blockquote>
          <AnswerSteps steps={view.steps} busy={false} />
        </>
      )}
    </div>
  );
}

/** What happened, without the advice that came with it. */
function reasonOf(text = "the answer was interrupted."): string {
  const [sentence = text] = /^.*?[.!?](?=\s|$)/.exec(text) ?? [];
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
