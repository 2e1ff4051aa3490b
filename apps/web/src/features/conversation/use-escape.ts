"use client";

import { useEffect } from "react";
import { isOverlayOpen } from "@/ui/overlays";
import { useLatest } from "@/ui/use-latest";

/**
 * What Escape means wherever the focus is, unless a menu, a dialog or a field has a nearer claim to it. Null: nothing.
 * `nearer` selects what else has one for as long as it is in the document.
 */
export function useEscape(act: (() => void) | null, nearer?: string): void {
  const latest = useLatest(act);
  const isActive = act !== null;
  useEffect(() => {
    if (!isActive) return;
    function onKeyDown(event: KeyboardEvent) {
      if (event.key !== "Escape" || event.shiftKey || event.defaultPrevented) return;
      if (event.isComposing || event.keyCode === 229 || isOverlayOpen()) return;
      if (nearer !== undefined && document.querySelector(nearer) !== null) return;
      event.preventDefault();
      latest.current?.();
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isActive, latest, nearer]);
}
