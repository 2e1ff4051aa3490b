"use client";

import { createContext, type ReactNode, useContext } from "react";

interface ShellContent {
  headerStart: ReactNode;
  headerEnd: ReactNode;
}

/** What the shell puts at the two ends of every screen's header. */
export const ShellContext = createContext<ShellContent>({ headerStart: null, headerEnd: null });

export function useShell(): ShellContent {
  return useContext(ShellContext);
}
