"use client";

import { isBlank, limits, truncate } from "@holdfast/contract";
import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import styles from "./rename-field.module.css";

interface RenameFieldProps {
  title: string;
  /** What it begins with instead. */
  begun: string | null;
  /** The title is null where nothing is to change. By key the focus is still here; else it has gone elsewhere. */
  onDone(title: string | null, isByKey: boolean): void;
}

export function RenameField({ title, begun, onDone }: RenameFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);

  useLayoutEffect(() => {
    input.current?.select();
  }, []);

  /** Once: what takes the field away also blurs it. */
  function finish(value: string | null, isByKey: boolean) {
    if (isDone.current) return;
    isDone.current = true;
    const next = value === null ? null : truncate(value.trim(), limits.titleLength);
    onDone(next === null || isBlank(next) || next === title ? null : next, isByKey);
  }

  function finishByKey(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") finish(event.currentTarget.value, true);
    else if (event.key === "Escape") finish(null, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <input
      ref={input}
      aria-label="Conversation title"
      className={styles.field}
      defaultValue={begun ?? title}
      dir="auto"
      autoComplete="off"
      onKeyDown={finishByKey}
      onBlur={(event) => finish(event.currentTarget.value, false)}
    />
  );
}
