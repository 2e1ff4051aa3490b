"use client";

import type { Person } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "./client";

/** Who is here: null for a visitor, until their first action makes them a guest and `account.me` is read again. */
export function usePerson(initial: Person | null): Person | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.account.me.queryOptions(undefined, { initialData: initial }));
  return data ?? null;
}
