"use client";

import { codePointLength, limits } from "@holdfast/contract";
import { use, useState } from "react";
import { CopyButton } from "@/ui/copy-button";
import { Markdown } from "@/ui/markdown/markdown";
import { AnswerDetails } from "./answer-details";
import { AnswerSteps } from "./answer-steps";
import { Answering } from "./answering";
import type { AnswerEntry } from "./entries";
import { MessageAction } from "./message-action";
import styles from "./message-log.module.css";

interface AnswerProps {
  entry: AnswerEntry;
  isTarget: boolean;
  modelName(id: string): string;
  onAskAgain(prompt: string): void;
}

/** All that a turn said and did, in one article. */
export function Answer({ entry, isTarget, modelName, onAskAgain }: AnswerProps) {
  const { key, messageId, steps, busy, turn, prompt } = entry;
  const [showsDetails, setShowsDetails] = useState(false);
  const lastIndex = steps.length - 1;
  const last = steps[lastIndex];
  const waits = busy && (!last || (last.content === "" && last.toolCalls.every((call) => call.status !== "running")));
  return (
    <article
      data-entry={key}
      data-role="assistant"
      data-message-id={messageId}
      data-target={isTarget || undefined}
      aria-busy={busy}
      className={styles.answer}
    >
      <AnswerSteps steps={steps} busy={busy} />
      {waits && <Markdown text="" streaming />}
      {!busy && <EndMark entry={entry} />}
      {!busy && (
        <div className={styles.actions}>
          <CopyButton text={() => toText(entry)} label="Copy" className={styles.action} />
          {prompt !== null && <AskAgain onClick={() => onAskAgain(prompt)} />}
          {turn?.usage && (
            <MessageAction
              label="Details"
              glyph="info"
              aria-expanded={showsDetails}
              onClick={() => setShowsDetails(!showsDetails)}
            />
          )}
          {showsDetails && turn && <AnswerDetails turn={turn} modelName={modelName(turn.model)} />}
        </div>
      )}
    </article>
  );
}

function AskAgain({ onClick }: { onClick(): void }) {
  const isAnswering = use(Answering);
  return (
    <MessageAction
      label="Try again"
      glyph="retry"
      aria-disabled={isAnswering || undefined}
      onClick={isAnswering ? undefined : onClick}
    />
  );
}

/** What is to be said of an answer that did not end as answers do. */
function EndMark({ entry }: { entry: AnswerEntry }) {
  const words = endWords(entry);
  return words && <p className={styles.mark}>{words}</p>;
}

function endWords({ steps, turn }: AnswerEntry): string | null {
  if (turn?.status === "stopped") return "Stopped";
  if (turn?.cut) {
    const length = steps.reduce((sum, { content }) => sum + codePointLength(content), 0);
    return length >= limits.answerLength
      ? `Cut at ${limits.answerLength.toLocaleString("en")} characters`
      : "Cut short: the model ended it at a limit of its own";
  }
  const isWordless = steps.every(({ content }) => content.trim() === "");
  return isWordless && turn?.status === "completed" ? "The assistant had nothing to add" : null;
}

function toText({ steps }: AnswerEntry): string {
  return steps
    .map((step) => step.content.trim())
    .filter((content) => content !== "")
    .join("\n\n");
}
