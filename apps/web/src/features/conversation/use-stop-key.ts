"use client";

import { useEffect, useLayoutEffect, useRef } from "react";

/** Escape stops the answer, unless something else on the page has a nearer claim to it. */
export function useStopKey(isAnswering: boolean, stop: () => void): void {
  const latest = useRef(stop);
  useLayoutEffect(() => {
    latest.current = stop;
  });
  useEffect(() => {
    if (!isAnswering) return;
    function onKeyDown(event: KeyboardEvent) {
      if (event.key !== "Escape" || event.shiftKey || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector("dialog[open], [popover]:popover-open")) return;
      latest.current();
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isAnswering]);
}
