"use client";

import { useCallback, useEffect, useRef } from "react";
import { useLatest } from "@/ui/use-latest";

/**
 * A dialog that was asked for and whose code is still loading has the keys already: Escape takes the wish back, and
 * nothing that is typed reaches the page below. Returns how to read what was typed, for the dialog's field.
 */
export function useDialogOnItsWay(dialog: string | null, close: () => void): () => string {
  const latest = useLatest(close);
  const typed = useRef("");
  useEffect(() => {
    typed.current = "";
    if (dialog === null) return;
    function onKeyDown(event: KeyboardEvent) {
      // Shortcuts and function keys remain the browser's and the page's; of a composition there is nothing to hold back.
      if (isOpen() || event.isComposing || event.keyCode === 229 || isShortcut(event)) return;
      if (event.key === "Escape" && event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") latest.current();
      else if (event.key === "Backspace") typed.current = [...typed.current].slice(0, -1).join("");
      else if (isPrintable(event)) typed.current += event.key;
    }
    // What comes without a key of its own: pasted, or from a keyboard on the screen.
    function onBeforeInput(event: InputEvent) {
      if (isOpen() || !event.cancelable) return;
      event.preventDefault();
      if (event.inputType === "deleteContentBackward") typed.current = [...typed.current].slice(0, -1).join("");
      else typed.current += event.data?.replace(/\s+/g, " ") ?? "";
    }
    // Before anybody else takes a key to mean something of theirs.
    window.addEventListener("keydown", onKeyDown, true);
    window.addEventListener("beforeinput", onBeforeInput, true);
    return () => {
      window.removeEventListener("keydown", onKeyDown, true);
      window.removeEventListener("beforeinput", onBeforeInput, true);
    };
  }, [dialog, latest]);
  return useCallback(() => typed.current, []);
}

function isOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function isShortcut(event: KeyboardEvent): boolean {
  if (event.key === "Enter" || isPrintable(event)) return false;
  return event.ctrlKey || event.metaKey || event.altKey || /^F\d+$/.test(event.key);
}

/** With AltGr, or Option on a Mac, other characters are typed. */
function isPrintable(event: KeyboardEvent): boolean {
  if ([...event.key].length !== 1) return false;
  return event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey);
}
