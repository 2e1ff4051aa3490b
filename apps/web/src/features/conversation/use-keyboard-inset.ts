"use client";

import { useEffect, useRef } from "react";

/** Where the keyboard of a phone lies over the page instead of shrinking it (iOS), the screen ends above it. */
export function useKeyboardInset() {
  const screen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    function fit() {
      if (!viewport || !screen.current) return;
      const covered = window.innerHeight - viewport.height - viewport.offsetTop;
      const isKeyboard = viewport.scale === 1 && covered > 80;
      screen.current.style.paddingBottom = isKeyboard ? `${covered}px` : "";
    }
    viewport.addEventListener("resize", fit);
    viewport.addEventListener("scroll", fit);
    return () => {
      viewport.removeEventListener("resize", fit);
      viewport.removeEventListener("scroll", fit);
    };
  }, []);
  return screen;
}
