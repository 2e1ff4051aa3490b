"use client";

import { codePointLength, isBlank, limits } from "@holdfast/contract";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";
import { focusComposer } from "@/ui/focus-composer";
import styles from "./edit-message.module.css";
import { fitHeight } from "./use-draft-field";
import { useEscape } from "./use-escape";

interface EditMessageProps {
  /** As it was sent. */
  text: string;
  /** As it was left when this was last in the document; null for one that has just been begun. */
  kept: string | null;
  onKeep(text: string): void;
  onCancel(): void;
  onSubmit(text: string): Promise<void>;
}

export function EditMessage({ text, kept, onKeep, onCancel, onSubmit }: EditMessageProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [length, setLength] = useState(() => codePointLength(kept ?? text));
  // The row comes back into the document while the log is scrolled: neither the focus nor the view is its to move then.
  const begin = useRef(
    kept === null
      ? (element: HTMLTextAreaElement) => {
          element.focus();
          element.setSelectionRange(element.value.length, element.value.length);
          element.parentElement?.scrollIntoView({ block: "nearest" });
          onKeep(element.value);
        }
      : null,
  );
  const over = length - limits.messageLength;

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    fitHeight(element);
    begin.current?.(element);
  }, []);

  function cancel() {
    onCancel();
    focusComposer();
  }
  useEscape(cancel);

  async function submit() {
    const edited = field.current?.value ?? "";
    if (isBusy || isBlank(edited) || codePointLength(edited) > limits.messageLength) return;
    setBusy(true);
    await onSubmit(edited);
    setBusy(false);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  }

  return (
    <div className={styles.edit}>
      <textarea
        ref={field}
        aria-label="Edit message"
        aria-invalid={over > 0 || undefined}
        defaultValue={kept ?? text}
        dir="auto"
        autoComplete="off"
        onInput={(event) => {
          fitHeight(event.currentTarget);
          setLength(codePointLength(event.currentTarget.value));
          onKeep(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={styles.editBar}>
        <small>
          {over > 0
            ? `Too long by ${over.toLocaleString("en")} ${over === 1 ? "character" : "characters"}`
            : "Begins a new conversation from here"}
        </small>
        <Button look="quiet" onClick={cancel}>
          Cancel
        </Button>
        <Button look="primary" busy={isBusy} onClick={() => void submit()}>
          Begin branch
        </Button>
      </div>
    </div>
  );
}
