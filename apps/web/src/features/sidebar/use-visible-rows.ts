"use client";

import { type RefObject, useEffect, useState } from "react";

export interface RowRange {
  first: number;
  end: number;
}

interface View {
  top: number;
  height: number;
  row: number;
  heading: number;
}

/** What the server draws, before anything can be measured. */
const firstView: View = { top: 0, height: 900, row: 34, heading: 38 };

/** Rows beyond the edges that are drawn too, and by how many rows the view moves at a time. */
const overscan = 12;
const stride = 6;

/** Which rows of each group are in sight. Every row has one height and every heading another; groups follow each other. */
export function useVisibleRows(scroller: RefObject<HTMLElement | null>, counts: number[]) {
  const view = useView(scroller);
  let offset = 0;
  const ranges = counts.map((count): RowRange => {
    const top = offset + view.heading;
    offset = top + count * view.row;
    const first = Math.floor((view.top - top) / view.row) - overscan;
    const end = Math.ceil((view.top + view.height - top) / view.row) + stride + overscan;
    return { first: clamp(first, count), end: clamp(end, count) };
  });
  const isNearEnd = view.top + view.height + 2 * overscan * view.row > offset;
  return { ranges, isNearEnd };
}

function useView(scroller: RefObject<HTMLElement | null>): View {
  const [view, setView] = useState(firstView);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    function measure() {
      if (!element) return;
      setView((old) => {
        const row = element.querySelector("li")?.offsetHeight || old.row;
        const heading = element.querySelector("h2")?.offsetHeight || old.heading;
        const step = stride * row;
        const next = {
          top: Math.floor(element.scrollTop / step) * step,
          height: element.clientHeight || old.height,
          row,
          heading,
        };
        return isSame(old, next) ? old : next;
      });
    }
    measure();
    element.addEventListener("scroll", measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      observer.disconnect();
    };
  }, [scroller]);
  return view;
}

function isSame(a: View, b: View): boolean {
  return a.top === b.top && a.height === b.height && a.row === b.row && a.heading === b.heading;
}

function clamp(value: number, count: number): number {
  return Math.min(Math.max(value, 0), count);
}
