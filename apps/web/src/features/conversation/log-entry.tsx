"use client";

import type { TurnView } from "@holdfast/contract";
import { memo } from "react";
import { Answer } from "./answer";
import type { Entry } from "./entries";
import { FailureAlert } from "./failure-alert";
import styles from "./message-log.module.css";
import { Prompt } from "./prompt";
import { Unanswered } from "./unanswered";
import type { Branch } from "./use-branch";

interface LogEntryProps {
  entry: Entry;
  /** The address leads to this very message. */
  isTarget: boolean;
  branch: Branch;
  modelName(id: string): string;
  onAskAgain(prompt: string): void;
  onRetry(turn: TurnView): void;
}

export const LogEntry = memo(function LogEntry({
  entry,
  isTarget,
  branch,
  modelName,
  onAskAgain,
  onRetry,
}: LogEntryProps) {
  switch (entry.kind) {
    case "prompt":
      return <Prompt entry={entry} isTarget={isTarget} branch={branch} />;
    case "answer":
      return <Answer entry={entry} isTarget={isTarget} modelName={modelName} onAskAgain={onAskAgain} />;
    case "failure":
      return <FailureAlert entry={entry} onRetry={onRetry} />;
    case "unanswered":
      return <Unanswered entry={entry} />;
    case "note":
      return (
        <article
          data-entry={entry.key}
          data-role={entry.role}
          data-message-id={entry.messageId}
          className={styles.note}
        >
          <small>{entry.role === "system" ? "System" : "Tool"}</small>
          <p dir="auto">{entry.text}</p>
        </article>
      );
    case "day":
      return (
        <p data-entry={entry.key} className={styles.day}>
          <time dateTime={entry.at} suppressHydrationWarning>
            {dayName(entry.at)}
          </time>
        </p>
      );
    default:
      return entry satisfies never;
  }
});

function dayName(at: string): string {
  const date = new Date(at);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const year = isThisYear ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long", ...year }).format(date);
}
