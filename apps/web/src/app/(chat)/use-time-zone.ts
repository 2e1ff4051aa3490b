"use client";

import { useEffect } from "react";
import { cookieNames, remember } from "@/ui/preferences";

/** Tells the server where the person is, for its next first paint. */
export function useRememberedTimeZone(known: string): void {
  useEffect(() => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    if (timeZone !== known) remember(cookieNames.timeZone, timeZone);
  }, [known]);
}
