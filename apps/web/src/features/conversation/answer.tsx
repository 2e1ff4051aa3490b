"use client";

import { limits } from "@holdfast/contract";
import { useState } from "react";
import { CopyButton } from "@/ui/copy-button";
import { Glyph } from "@/ui/glyph";
import { Markdown } from "@/ui/markdown/markdown";
import { AnswerDetails } from "./answer-details";
import type { AnswerEntry } from "./entries";
import styles from "./message-log.module.css";
import { ToolCallGroup } from "./tool-call-group";

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
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step's place in the answer is what it is
        <div key={index} className={styles.step}>
          {step.content !== "" && (
            <Markdown text={step.content} streaming={busy && index === lastIndex && step.toolCalls.length === 0} />
          )}
          {step.toolCalls.map((call) => (
            <ToolCallGroup key={call.id} call={call} />
          ))}
        </div>
      ))}
      {waits && <Markdown text="" streaming />}
      {turn?.status === "stopped" && <p className={styles.mark}>Stopped</p>}
      {turn?.cut && <p className={styles.mark}>Cut at {limits.answerLength.toLocaleString("en")} characters</p>}
      {!busy && (
        <div className={styles.actions}>
          <CopyButton text={() => toText(entry)} label="Copy" className={styles.action} />
          {prompt !== null && (
            <button
              type="button"
              className={styles.action}
              aria-label="Try again"
              title="Try again"
              onClick={() => onAskAgain(prompt)}
            >
              <Glyph name="retry" />
            </button>
          )}
          {turn?.usage && (
            <button
              type="button"
              className={styles.action}
              aria-label="Details"
              title="Details"
              aria-expanded={showsDetails}
              onClick={() => setShowsDetails(!showsDetails)}
            >
              <Glyph name="info" />
            </button>
          )}
          {showsDetails && turn && <AnswerDetails turn={turn} modelName={modelName(turn.model)} />}
        </div>
      )}
    </article>
  );
}

function toText({ steps }: AnswerEntry): string {
  return steps
    .map((step) => step.content.trim())
    .filter((content) => content !== "")
    .join("\n\n");
}
