"use client";

import { useEffect, useLayoutEffect, useRef } from "react";

/** Presses the buttons that were pressed before the page was interactive. The last in the page: all before it listens by then. */
export function EarlyPresses() {
  const pressed = useRef<HTMLButtonElement[]>([]);
  // With the page's first commit, so that nothing that React hears of is remembered, too.
  useLayoutEffect(() => {
    pressed.current = window.takeEarlyPresses?.() ?? [];
  }, []);
  useEffect(() => {
    for (const button of pressed.current.splice(0)) button.click();
  }, []);
  return null;
}
