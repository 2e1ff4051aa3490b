"use client";

import { type RefObject, useEffect } from "react";

interface Anchor {
  entry: Element;
  top: number;
  height: number;
  columnWidth: number;
}

/** As many frames after the lines have broken anew the browser, and the window of what is in the document, still move things. */
const settlingFrames = 3;

/**
 * Holds the entry at the top of the view in its place where the browser does not: as an answer grows in a browser without
 * scroll anchoring (Safari), and in any as a phone is turned or a window narrowed, when all lines break anew. Within
 * `endPx` of the end, the end is what is held.
 */
export function useAnchoring(
  scroller: RefObject<HTMLElement | null>,
  column: RefObject<HTMLElement | null>,
  endPx: number,
): void {
  useEffect(() => {
    const element = scroller.current;
    const content = column.current;
    if (!element || !content) return;
    const isByBrowser = CSS.supports("overflow-anchor", "auto");
    let anchor: Anchor | null = null;
    let framesLeft = 0;

    function remember() {
      if (!element || !content) return;
      anchor = null;
      if (element.scrollTop > -endPx) return;
      const edge = element.getBoundingClientRect().top;
      const entries = [...content.querySelectorAll(":scope > [data-entry]")];
      const entry = entries.find((one) => one.getBoundingClientRect().bottom > edge);
      if (entry) anchor = anchorAt(entry, content);
    }

    function settle() {
      if (!element || !content || !anchor?.entry.isConnected) return;
      const now = anchorAt(anchor.entry, content);
      scrollBy(element, now.top - rewrappedTop(anchor, now, element));
      framesLeft -= 1;
      if (framesLeft > 0) requestAnimationFrame(settle);
      else remember();
    }

    const isRewrapped = () => anchor?.entry.isConnected === true && anchor.columnWidth !== content.clientWidth;
    // The browser itself scrolls as the lines break anew, and that may be told before the new size is.
    const onChange = (isScroll: boolean) => {
      if (isRewrapped()) {
        if (framesLeft > 0) return;
        framesLeft = settlingFrames;
        settle();
        return;
      }
      if (!isScroll && !isByBrowser && anchor?.entry.isConnected) {
        scrollBy(element, anchor.entry.getBoundingClientRect().top - anchor.top);
      }
      // After a leap, what is in view comes into the document a moment later.
      remember();
    };
    const onScroll = () => onChange(true);
    const observer = new ResizeObserver(() => onChange(false));
    observer.observe(content);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      anchor = null;
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, column, endPx]);
}

function anchorAt(entry: Element, column: HTMLElement): Anchor {
  const { top, height } = entry.getBoundingClientRect();
  return { entry, top, height, columnWidth: column.clientWidth };
}

/** Of an entry that was begun above the edge, the same share is above it now. */
function rewrappedTop(before: Anchor, now: Anchor, scroller: HTMLElement): number {
  const edge = scroller.getBoundingClientRect().top;
  if (before.top >= edge || before.height === 0) return before.top;
  return edge - ((edge - before.top) / before.height) * now.height;
}

function scrollBy(element: HTMLElement, px: number) {
  if (Math.abs(px) > 0.5) element.scrollTop += px;
}
