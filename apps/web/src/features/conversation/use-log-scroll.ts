"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLatest } from "@/ui/use-latest";
import { useAnchoring } from "./use-anchoring";

/** Nearer to the end than this is at the end. */
const endPx = 24;
const buttonPx = 160;
/** So far from the end of a log that goes on: at the very end the browser would hold the end, and leap with each page that is added. */
const cutPx = endPx + 8;

const handTypes = ["wheel", "touchmove", "pointerdown", "keydown"];

interface LogScrollOptions {
  scroller: RefObject<HTMLElement | null>;
  column: RefObject<HTMLElement | null>;
  /** More messages follow those that are loaded. */
  isCut: boolean;
  update(): void;
  onNearStart(): void;
  onNearEnd(): void;
}

/** Where the person reads: at the end it stays at the end; elsewhere it stays where they are. */
export function useLogScroll({ scroller, column, isCut, update, onNearStart, onNearEnd }: LogScrollOptions) {
  const [isAway, setAway] = useState(false);
  const lastTop = useRef(0);
  const wantsEnd = useRef(false);
  const check = useLatest(() => {
    const element = scroller.current;
    if (!element) return;
    const fromEnd = -element.scrollTop;
    const fromStart = element.scrollHeight - element.clientHeight - fromEnd;
    update();
    setAway(fromEnd > buttonPx);
    if (fromStart < element.clientHeight * 2) onNearStart();
    if (fromEnd < element.clientHeight * 2) onNearEnd();
  });

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const goesDown = element.scrollTop > lastTop.current;
    // Close enough while on the way down: from here on it follows the answer.
    if (isCut) keepOffEnd(element);
    else if (goesDown && element.scrollTop < 0 && element.scrollTop > -endPx) element.scrollTop = 0;
    lastTop.current = element.scrollTop;
    check.current();
  }, [scroller, check, isCut]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (isCut) keepOffEnd(element);
    else if (wantsEnd.current) element.scrollTop = 0;
    wantsEnd.current = false;
  }, [scroller, isCut]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const content = column.current;
    if (!element || !content) return;
    const observer = new ResizeObserver(() => check.current());
    observer.observe(element);
    observer.observe(content);
    return () => observer.disconnect();
  }, [scroller, column, check]);

  useAnchoring(scroller, column, endPx);

  // Whoever scrolls while the end is on its way stays there. By hand: what is loaded meanwhile scrolls, too.
  useEffect(() => {
    const element = scroller.current;
    const stay = () => {
      wantsEnd.current = false;
    };
    for (const type of handTypes) element?.addEventListener(type, stay, { passive: true });
    return () => {
      for (const type of handTypes) element?.removeEventListener(type, stay);
    };
  }, [scroller]);

  // At once: an answer that grows meanwhile would stop a smooth one on its way.
  const toEnd = useCallback(() => {
    wantsEnd.current = isCut;
    scroller.current?.scrollTo({ top: 0, behavior: "instant" });
  }, [scroller, isCut]);
  const lookAgain = useCallback(() => check.current(), [check]);
  return { isAway, onScroll, toEnd, lookAgain };
}

function keepOffEnd(element: HTMLElement) {
  if (element.scrollTop > -cutPx) element.scrollTop = -cutPx;
}
