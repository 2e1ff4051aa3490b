"use client";

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

const links = "a[data-conversation]";
const buttons = "button[aria-haspopup]";

interface Place {
  element: Element;
  conversationId: string;
  on: string;
}

/** A row that moves to another group is drawn anew: the focus it had goes with it. Out of sight, the list keeps it. */
export function useKeptFocus(scroller: RefObject<HTMLElement | null>): void {
  const focused = useRef<Place | null>(null);

  useEffect(() => {
    const list = scroller.current;
    const listening = new AbortController();
    const note = ({ target }: FocusEvent) => {
      focused.current = placeOf(target);
    };
    const leave = ({ relatedTarget }: FocusEvent) => {
      const { current: left } = focused;
      if (relatedTarget !== null) focused.current = null;
      // So does a row end that leaves the document. One that is still there was left by a person.
      else
        setTimeout(() => {
          if (focused.current === left && isLeft(left)) focused.current = null;
        });
    };
    list?.addEventListener("focusin", note, listening);
    list?.addEventListener("focusout", leave, listening);
    return () => listening.abort();
  }, [scroller]);

  useLayoutEffect(() => {
    const place = focused.current;
    if (!place || place.element.isConnected || document.activeElement !== document.body) return;
    focused.current = null;
    const link = scroller.current?.querySelector(`a[data-conversation="${place.conversationId}"]`);
    const again = link?.parentElement?.querySelector<HTMLElement>(place.on) ?? scroller.current;
    again?.focus({ preventScroll: true });
  });
}

function isLeft(place: Place | null): boolean {
  return place?.element.isConnected === true && place.element !== document.activeElement;
}

function placeOf(target: EventTarget | null): Place | null {
  if (!(target instanceof Element)) return null;
  const on = [links, buttons].find((selector) => target.matches(selector));
  const conversationId = target.closest("li")?.querySelector<HTMLElement>(links)?.dataset.conversation;
  return on && conversationId ? { element: target, conversationId, on } : null;
}
