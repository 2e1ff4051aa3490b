"use client";

import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Entry } from "./entries";
import { type Extent, estimateHeight, extentOf, sum } from "./window";

/** Beyond what is shown, so that a quick scroll meets no blank. */
const margin = 1000;
/** Within this much of the edge of what stands in the document, it is time to move on. */
const patience = 350;
/** Of the first render, which knows no heights: what fills a tall screen. */
const firstHeight = 1800;

interface WindowOptions {
  entries: readonly Entry[];
  scroller: RefObject<HTMLElement | null>;
  column: RefObject<HTMLElement | null>;
  /** All of them, for paper. */
  isWhole: boolean;
}

/**
 * Keeps in the document only the entries near what is shown. The scroller counts from its end (`column-reverse`): the
 * newest entry is at 0, with no script, and nothing that changes above what is read can move it.
 */
export function useWindow({ entries, scroller, column, isWhole }: WindowOptions) {
  const heights = useRef(new Map<string, number>());
  const heightOf = useCallback((entry: Entry) => heights.current.get(entry.key) ?? estimateHeight(entry), []);
  const [edges, setEdges] = useState<{ first: string | null; last: string | null }>({ first: null, last: null });
  const all = useMemo(() => {
    void edges; // what leaves the document has been measured there, and leaves a gap of that height
    return entries.map(heightOf);
  }, [entries, edges, heightOf]);
  const near = extentFor(entries, edges) ?? extentOf(all, { fromEnd: 0, height: firstHeight }, 0);
  const extent = isWhole ? { start: 0, end: entries.length } : near;

  const move = useCallback(
    (target: Extent) => {
      const first = entries[target.start]?.key ?? null;
      const last = target.end === entries.length ? null : (entries[target.end - 1]?.key ?? null);
      keepFocus(column.current, entries, target, scroller.current);
      setEdges((held) => (held.first === first && held.last === last ? held : { first, last }));
    },
    [entries, column, scroller],
  );

  const update = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const measured = entries.map(heightOf);
    const view = { fromEnd: Math.max(0, -element.scrollTop), height: element.clientHeight };
    const needed = extentOf(measured, view, patience);
    const isEnough = extent.start <= needed.start && extent.end >= needed.end;
    const wanted = extentOf(measured, view, margin);
    const isTooMuch = wanted.start - extent.start > 30 || extent.end - wanted.end > 30;
    if (!isEnough || isTooMuch) move(wanted);
  }, [entries, extent.start, extent.end, heightOf, move, scroller]);

  useMeasuring(column, heights);

  return {
    extent,
    before: sum(all, 0, extent.start),
    after: sum(all, extent.end, all.length),
    update,
    /** Puts the entry and what is around it in the document. */
    show: useCallback(
      (index: number) => move({ start: Math.max(0, index - 8), end: Math.min(entries.length, index + 9) }),
      [entries.length, move],
    ),
  };
}

function extentFor(entries: readonly Entry[], edges: { first: string | null; last: string | null }): Extent | null {
  if (edges.first === null) return null;
  const start = entries.findIndex((entry) => entry.key === edges.first);
  const end = edges.last === null ? entries.length : entries.findIndex((entry) => entry.key === edges.last) + 1;
  return start >= 0 && end > start ? { start, end } : null;
}

/** What leaves the document must not take the focus with it. */
function keepFocus(
  column: HTMLElement | null,
  entries: readonly Entry[],
  { start, end }: Extent,
  fallback: HTMLElement | null,
) {
  const focused = document.activeElement?.closest<HTMLElement>("[data-entry]");
  if (!focused || !column?.contains(focused)) return;
  const index = entries.findIndex((entry) => entry.key === focused.dataset["entry"]);
  if (index < start || index >= end) fallback?.focus({ preventScroll: true });
}

/** Heights are read as the browser lays the entries out, without asking for a layout. */
function useMeasuring(column: RefObject<HTMLElement | null>, heights: RefObject<Map<string, number>>) {
  const observer = useRef<{ resize: ResizeObserver; seen: Set<Element> } | null>(null);
  useLayoutEffect(() => {
    const resize = new ResizeObserver((changes) => {
      for (const { target, borderBoxSize } of changes) {
        const key = (target as HTMLElement).dataset["entry"]; // only elements of ours are observed
        if (key && target.isConnected) heights.current.set(key, borderBoxSize[0]?.blockSize ?? 0);
      }
    });
    observer.current = { resize, seen: new Set() };
    return () => resize.disconnect();
  }, [heights]);
  useLayoutEffect(() => {
    const { resize, seen } = observer.current ?? {};
    if (!resize || !seen) return;
    const present = new Set(column.current?.querySelectorAll(":scope > [data-entry]"));
    for (const element of seen) {
      if (present.has(element)) continue;
      resize.unobserve(element);
      seen.delete(element);
    }
    for (const element of present) {
      if (seen.has(element)) continue;
      resize.observe(element);
      seen.add(element);
    }
  });
}
