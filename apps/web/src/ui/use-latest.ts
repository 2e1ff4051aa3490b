"use client";

import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";

/** What was given in the latest render, for what happens between renders. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** One function for as long as the component lives, which does what the latest one does: not to be called while rendering. */
export function useStable<Args extends unknown[], Result>(act: (...args: Args) => Result): (...args: Args) => Result {
  const latest = useLatest(act);
  return useCallback((...args) => latest.current(...args), [latest]);
}
