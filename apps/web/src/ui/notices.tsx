"use client";

import { useSyncExternalStore } from "react";
import styles from "./notices.module.css";

/** One sentence at a time, at the foot of the page: what could not be done, or was. */
let notice: string | null = null;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout>;
const shownMs = 6_000;

export function notify(text: string): void {
  show(text);
  clearTimeout(timer);
  timer = setTimeout(() => show(null), shownMs);
}

export function Notices() {
  const text = useSyncExternalStore(subscribe, () => notice, noNotice);
  return (
    <div aria-live="polite" className={styles.place}>
      {text && <p className={styles.notice}>{text}</p>}
    </div>
  );
}

function show(text: string | null) {
  notice = text;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function noNotice() {
  return null;
}
