"use client";

import { useEffect, useState } from "react";
import { untilTomorrow } from "./date-groups";

interface Clock {
  now: Date;
  timeZone: string;
}

/** The server's clock for the first paint, then the browser's own; it ticks where a new day begins. */
export function useClock(initial: { now: string; timeZone: string }): Clock {
  const [clock, setClock] = useState<Clock>(() => ({ now: new Date(initial.now), timeZone: initial.timeZone }));

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    function tick() {
      const now = new Date();
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      setClock({ now, timeZone });
      clearTimeout(timer);
      timer = setTimeout(tick, untilTomorrow(now, timeZone) + 1_000);
    }
    tick();
    // A computer that slept has missed its timers.
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);

  return clock;
}
