"use client";

import { codePointLength, isBlank, limits } from "@holdfast/contract";
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import styles from "./composer.module.css";
import type { Drafts } from "./drafts";
import type { Refusal } from "./outbox";
import { fitHeight, useDraftField } from "./use-draft-field";

/** From here on the composer counts. */
const countFrom = limits.messageLength - 1_000;

interface ComposerProps {
  draftKey: string;
  drafts: Drafts;
  /** An answer is due or running: there is something to stop, and nothing can be sent. */
  answering: boolean;
  refusal: Refusal | null;
  /** The last message that was sent, for ArrowUp. */
  recall(): string | null;
  onTyped(): void;
  onSend(text: string): void;
  onStop(): void;
  children: ReactNode;
}

/** The field is the browser's own (uncontrolled): what is typed before the page is interactive is simply there. */
export function Composer({
  draftKey,
  drafts,
  answering,
  refusal,
  recall,
  onTyped,
  onSend,
  onStop,
  children,
}: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [length, setLength] = useState(0);
  const messageId = useId();
  const isTooLong = length > limits.messageLength;
  const measure = (text: string) => setLength(text.length > countFrom ? codePointLength(text) : 0);
  useDraftField({ field, draftKey, drafts, onChange: measure });

  function onInput() {
    const text = field.current?.value ?? "";
    fitHeight(field.current);
    drafts.write(draftKey, text);
    measure(text);
    if (refusal) onTyped();
  }

  function replace(text: string) {
    if (!field.current) return;
    field.current.value = text;
    field.current.setSelectionRange(text.length, text.length);
    onInput();
  }

  function send() {
    const text = field.current?.value ?? "";
    field.current?.focus();
    if (answering || isBlank(text) || codePointLength(text) > limits.messageLength) return;
    replace("");
    onSend(text);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // 229: Safari ends a composition before it tells of the Enter that ended it.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && field.current?.value === "") {
      const last = recall();
      if (last === null) return;
      event.preventDefault();
      replace(last);
    }
  }

  return (
    <div className={styles.composer}>
      <div className={styles.column}>
        {refusal && <RefusalNotice refusal={refusal} />}
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: a larger target for the field inside it */}
        <div className={styles.box} onClick={(event) => event.target === event.currentTarget && field.current?.focus()}>
          <textarea
            ref={field}
            id="message"
            rows={1}
            className={styles.field}
            aria-label="Message"
            aria-describedby={length > 0 ? messageId : undefined}
            aria-invalid={isTooLong || undefined}
            placeholder="Ask anything"
            autoComplete="off"
            enterKeyHint="send"
            dir="auto"
            onInput={onInput}
            onKeyDown={onKeyDown}
          />
          <div className={styles.bar}>
            {children}
            <span className={styles.space} />
            {length > 0 && <Count id={messageId} length={length} />}
            {answering ? (
              <button
                type="button"
                className={styles.send}
                aria-label="Stop"
                title="Stop"
                // The second click of a double click on Send, whose place this takes, was never meant for it.
                onClick={(event) => event.detail < 2 && onStop()}
              >
                <Square size={16} strokeWidth={2} aria-hidden="true" />
              </button>
            ) : (
              <button
                type="button"
                className={styles.send}
                aria-label="Send"
                title="Send"
                aria-disabled={isTooLong || undefined}
                onClick={send}
              >
                <ArrowUp size={18} strokeWidth={2} aria-hidden="true" />
              </button>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

function Count({ id, length }: { id: string; length: number }) {
  const limit = limits.messageLength;
  const over = length - limit;
  return (
    <span
      id={id}
      className={styles.count}
      data-over={over > 0 || undefined}
      aria-live={over > 0 ? "polite" : undefined}
    >
      {length.toLocaleString("en")} of {limit.toLocaleString("en")}
      {over > 0 && `: too long by ${over.toLocaleString("en")} ${over === 1 ? "character" : "characters"}`}
    </span>
  );
}

function RefusalNotice({ refusal }: { refusal: Refusal }) {
  return (
    <div role="alert" className={styles.refusal}>
      {refusal.words}
      {refusal.signedOut && <a href="/sign-in">Sign in</a>}
    </div>
  );
}
