"use client";

import type { Person } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect } from "react";
import { useTRPC } from "./client";
import { requests } from "./requests";

/** Who is here: null for a visitor, until their first action makes them a guest and `account.me` is read again. */
export function usePerson(initial: Person | null): Person | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.account.me.queryOptions(undefined, { initialData: initial }));
  const person = data ?? null;
  const accountId = person && !person.isGuest ? person.id : null;
  useLayoutEffect(() => {
    requests.shownId = accountId;
  }, [accountId]);
  return person;
}
