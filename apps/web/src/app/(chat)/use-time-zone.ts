"use client";

import { useEffect } from "react";
import { cookieNames, remember } from "@/ui/preferences";

/** The first use of `Intl` stops a phone for a tenth of a second: not while the page loads. */
const afterLoadMs = 5_000;

/** Tells the server where the person is, for its next first paint. */
export function useRememberedTimeZone(known: string): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      if (timeZone !== known) remember(cookieNames.timeZone, timeZone);
    }, afterLoadMs);
    return () => clearTimeout(timer);
  }, [known]);
}
