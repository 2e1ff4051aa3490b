"use client";

import { type RefObject, useLayoutEffect, useRef } from "react";
import { canTypeAtOnce } from "@/ui/focus-composer";
import { useLatest } from "@/ui/use-latest";
import type { DraftKey, Drafts } from "./drafts";

interface DraftFieldOptions {
  field: RefObject<HTMLTextAreaElement | null>;
  draftKey: DraftKey;
  drafts: Drafts;
  onChange(text: string): void;
}

/** The field shows the draft of the conversation that is open, and follows what comes to it from elsewhere. */
export function useDraftField({ field, draftKey, drafts, onChange }: DraftFieldOptions): void {
  const hasStarted = useRef(false);
  const changed = useLatest(onChange);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    // What is in the field already was typed before the page was interactive.
    const typed = hasStarted.current ? "" : element.value;
    hasStarted.current = true;
    if (typed !== "") drafts.append(draftKey, typed);
    const text = drafts.read(draftKey) || typed;
    if (element.value !== text) element.value = text;
    fitHeight(element);
    changed.current(text);
    if (draftKey.startsWith("new:") && canTypeAtOnce() && !hasFocusedField()) element.focus({ preventScroll: true });
  }, [field, draftKey, drafts, changed]);

  // With what the field shows, not a moment later: what comes then is another conversation's.
  useLayoutEffect(
    () =>
      drafts.subscribe(draftKey, (text, source) => {
        const element = field.current;
        if (!element || element.value === text) return;
        if (source === "other tab" && document.activeElement === element && document.hasFocus()) return;
        element.value = text;
        fitHeight(element);
        changed.current(text);
        if (source === "restored" && (document.activeElement === element || !hasFocusedField())) {
          element.focus({ preventScroll: true });
          element.setSelectionRange(text.length, text.length);
        }
      }),
    [field, draftKey, drafts, changed],
  );
}

/** Browsers that size a field by its content need no help. */
export function fitHeight(element: HTMLTextAreaElement | null): void {
  if (!element || CSS.supports("field-sizing", "content")) return;
  element.style.height = "auto";
  element.style.height = `${element.scrollHeight}px`;
}

function hasFocusedField(): boolean {
  const fields = "input:not([type=checkbox], [type=radio]), textarea, [contenteditable]";
  return document.activeElement?.matches(fields) ?? false;
}
