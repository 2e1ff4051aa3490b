"use client";

import { useEffect, useRef } from "react";

/** A dialog that was asked for and whose code is still loading: Escape is already meant for it. */
export function useDialogOnItsWay(isAsked: boolean, close: () => void): void {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!isAsked) return;
    function closeByKey(event: KeyboardEvent) {
      if (event.key !== "Escape" || event.shiftKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current();
    }
    // Before anybody else takes Escape to mean something of theirs.
    window.addEventListener("keydown", closeByKey, true);
    return () => window.removeEventListener("keydown", closeByKey, true);
  }, [isAsked]);
}
