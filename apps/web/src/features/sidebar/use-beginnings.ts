"use client";

import { useEffect, useState } from "react";
import { type Beginnings, beginningsBy, startOfDayHere, untilTomorrow } from "./date-groups";

/** The server's for the first paint, then by the browser's own clock; they move where a new day begins. */
export function useBeginnings(initial: Beginnings): Beginnings {
  const [beginnings, setBeginnings] = useState(initial);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    function tick() {
      const now = new Date();
      const next = beginningsBy((daysAgo) => startOfDayHere(now, daysAgo));
      setBeginnings((held) => (held.join() === next.join() ? held : next));
      clearTimeout(timer);
      timer = setTimeout(tick, untilTomorrow(now) + 1_000);
    }
    tick();
    // A computer that slept has missed its timers.
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);

  return beginnings;
}
