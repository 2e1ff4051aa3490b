"use client";

import { type RefObject, useEffect, useRef } from "react";
import type { Panel } from "./use-panel";

/**
 * What was pressed to open or close the sidebar is hidden by it, or covered: the focus goes to what undoes it.
 * A focus that is not lost, in the message box say, stays where it is.
 */
export function useFocusThatFollows(
  { isDocked, isDrawn }: Panel,
  side: RefObject<HTMLElement | null>,
  middle: RefObject<HTMLElement | null>,
): void {
  const before = useRef({ isDocked, isDrawn });
  useEffect(() => {
    const { current: old } = before;
    if (old.isDocked === isDocked && old.isDrawn === isDrawn) return;
    before.current = { isDocked, isDrawn };
    if (!isLost(document.activeElement, middle.current)) return;
    const isShown = side.current?.checkVisibility() ?? false;
    const place = isShown ? side.current : middle.current;
    const name = isShown ? "Close sidebar" : "Open sidebar";
    place?.querySelector<HTMLElement>(`[aria-label='${name}']`)?.focus();
  }, [isDocked, isDrawn, side, middle]);
}

/** The tasks take the focus as they open; where they lay over everything, it goes back to what opened them. */
export function useFocusThatReturns(
  { isDrawn }: Panel,
  opener: RefObject<HTMLElement | null>,
  middle: RefObject<HTMLElement | null>,
): void {
  const wasDrawn = useRef(isDrawn);
  useEffect(() => {
    const isClosed = wasDrawn.current && !isDrawn;
    wasDrawn.current = isDrawn;
    if (isClosed && isLost(document.activeElement, middle.current)) opener.current?.focus();
  }, [isDrawn, opener, middle]);
}

function isLost(focused: Element | null, middle: HTMLElement | null): boolean {
  if (focused === null || focused === document.body || !focused.checkVisibility()) return true;
  return middle?.inert === true && middle.contains(focused);
}
