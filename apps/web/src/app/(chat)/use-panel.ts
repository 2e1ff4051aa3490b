"use client";

import { useCallback, useEffect, useMemo, useState } from "react";
import { isOverlayOpen } from "@/ui/overlays";
import type { cookieNames } from "@/ui/preferences";
import { remember } from "@/ui/preferences";

export interface Panel {
  /** Beside the conversation, where there is room; remembered. */
  isDocked: boolean;
  /** Over the conversation, where there is none; closed whenever a page begins. */
  isDrawn: boolean;
  toggle(): void;
  closeDrawer(): void;
}

/** A panel that is docked on a wide screen and a drawer on a narrow one. */
export function usePanel(
  initiallyDocked: boolean,
  cookie: (typeof cookieNames)["sidebar" | "tasks"],
  narrow: string,
): Panel {
  const [isDocked, setDocked] = useState(initiallyDocked);
  const [isDrawn, setDrawn] = useState(false);

  const toggle = useCallback(() => {
    if (window.matchMedia(narrow).matches) {
      setDrawn((drawn) => !drawn);
      return;
    }
    setDocked((docked) => {
      remember(cookie, docked ? "closed" : "open");
      return !docked;
    });
  }, [cookie, narrow]);

  const closeDrawer = useCallback(() => setDrawn(false), []);

  useEffect(() => {
    if (!isDrawn) return;
    function closeByKey(event: KeyboardEvent) {
      if (event.key !== "Escape" || isOverlayOpen() || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      event.stopPropagation();
      closeDrawer();
    }
    const query = window.matchMedia(narrow);
    query.addEventListener("change", closeDrawer);
    // Before anybody else takes Escape to mean something of theirs.
    window.addEventListener("keydown", closeByKey, true);
    return () => {
      query.removeEventListener("change", closeDrawer);
      window.removeEventListener("keydown", closeByKey, true);
    };
  }, [isDrawn, narrow, closeDrawer]);

  return useMemo(() => ({ isDocked, isDrawn, toggle, closeDrawer }), [isDocked, isDrawn, toggle, closeDrawer]);
}
