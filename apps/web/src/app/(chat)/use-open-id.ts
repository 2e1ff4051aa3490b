"use client";

import { usePathname } from "next/navigation";

/** The id of the conversation that the address names, or null on /new. */
export function useOpenId(): string | null {
  return /^\/c\/([^/]+)$/.exec(usePathname())?.[1] ?? null;
}
