"use client";

import type { TurnView } from "@holdfast/contract";
import { TriangleAlert } from "lucide-react";
import type { FailureEntry } from "./entries";
import styles from "./failure-alert.module.css";

interface FailureAlertProps {
  entry: FailureEntry;
  onRetry(turn: TurnView): void;
}

export function FailureAlert({ entry: { key, turn }, onRetry }: FailureAlertProps) {
  return (
    <div data-entry={key} className={styles.place}>
      <div role="alert" className={styles.failure}>
        <TriangleAlert size={18} strokeWidth={1.75} aria-hidden="true" />
        <p>{wordsOf(turn)}</p>
        <button
          type="button"
          onClick={(event) => {
            // The button goes; the focus stays in the log.
            event.currentTarget.closest<HTMLElement>("[role=log]")?.focus({ preventScroll: true });
            onRetry(turn);
          }}
        >
          Try again
        </button>
      </div>
    </div>
  );
}

function wordsOf(turn: TurnView): string {
  const what = turn.failure?.message ?? "The answer was interrupted.";
  const ended = /[.!?…]$/.test(what) ? what : `${what}.`;
  return /safe|kept/i.test(ended) ? ended : `${ended} Your message is safe.`;
}
