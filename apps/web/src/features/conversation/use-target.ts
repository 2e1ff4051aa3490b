"use client";

import { type RefObject, useCallback, useEffect, useLayoutEffect, useState } from "react";
import { askAgainAfter } from "@/trpc/client";
import { type Entry, holdsMessage } from "./entries";

interface TargetOptions {
  entries: readonly Entry[];
  scroller: RefObject<HTMLElement | null>;
  show(index: number): void;
  isLoaded: boolean;
  load(what: { around: string }): Promise<void>;
}

/**
 * Opens at the message that the address names (`#m-<id>`), loading the page around it where it is not there yet.
 * `leave` is for whoever goes on at the end: from then on the address names the conversation alone, also after a refresh.
 */
export function useTarget({ entries, scroller, show, isLoaded, load }: TargetOptions) {
  const [target, setTarget] = useState<string | null>(null);
  const [reached, setReached] = useState<string | null>(null);
  const [asked, setAsked] = useState<string | null>(null);

  useEffect(() => {
    const address = window.location.pathname;
    const read = () => {
      // A message of another conversation: the log of that one is about to take this one's place.
      if (window.location.pathname !== address) return;
      setTarget(messageIn(window.location.hash));
      setReached(null);
      setAsked(null);
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);

  useLayoutEffect(() => {
    if (target === null || reached === target || !isLoaded) return;
    const index = entries.findIndex((entry) => holdsMessage(entry, target));
    if (index < 0) {
      if (asked !== target) {
        setAsked(target);
        load({ around: target }).catch((error) => {
          askAgainAfter(error, () => setAsked((latest) => (latest === target ? null : latest)));
        });
      }
      return;
    }
    const key = entries[index]?.key ?? "";
    const element = scroller.current?.querySelector(`[data-entry="${CSS.escape(key)}"]`);
    if (element) {
      element.scrollIntoView({ block: "center", behavior: "instant" });
      setReached(target);
    } else show(index);
  });
  const leave = useCallback(() => {
    if (messageIn(window.location.hash) === null) return;
    window.history.replaceState(window.history.state, "", window.location.pathname);
    setTarget(null);
  }, []);
  return { target, leave };
}

function messageIn(hash: string): string | null {
  return /^#m-([\w-]+)$/.exec(hash)?.[1] ?? null;
}
