"use client";

import { useEffect } from "react";
import { focusComposer } from "@/ui/focus-composer";
import { startNewChat } from "@/ui/new-chat";
import { useLatest } from "@/ui/use-latest";

interface KeyActions {
  /** Ctrl or ⌘ goes down: one of the others may follow. */
  onModifier(): void;
  onSearch(): void;
  onHelp(): void;
  onToggleSidebar(): void;
}

/** The keys that work everywhere in the chat. Those of the composer and of a message are with them. */
export function useGlobalKeys(actions: KeyActions): void {
  const latest = useLatest(actions);
  useEffect(() => {
    function act(event: KeyboardEvent) {
      if (event.key === "Control" || event.key === "Meta") latest.current.onModifier();
      if (event.defaultPrevented || event.isComposing) return;
      const action = actionOf(event, latest.current);
      // A modal dialog keeps the keys.
      if (!action || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      action();
    }
    window.addEventListener("keydown", act);
    return () => window.removeEventListener("keydown", act);
  }, [latest]);
}

function actionOf(event: KeyboardEvent, actions: KeyActions): (() => void) | null {
  const key = event.key.toLowerCase();
  if (key === "escape" && event.shiftKey) return focusComposer;
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  if (key === "o" && event.shiftKey) return goToNewChat;
  // "?" is what some layouts send for the slash; Ctrl+Shift+/ is meant as the same.
  if (key === "/" || key === "?") return actions.onHelp;
  if (event.shiftKey) return null;
  if (key === "k") return actions.onSearch;
  if (key === "b") return actions.onToggleSidebar;
  return null;
}

function goToNewChat() {
  startNewChat();
  // The screen of the new address is drawn first.
  setTimeout(focusComposer, 50);
}
