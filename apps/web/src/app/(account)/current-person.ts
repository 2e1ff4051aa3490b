import type { Person } from "@holdfast/contract";
import { requestApi } from "@/trpc/server";

/** Null for a visitor; `unavailable` where the database is needed to say, and does not answer. */
export async function currentPerson(): Promise<Person | null | "unavailable"> {
  try {
    return (await requestApi()).person;
  } catch {
    return "unavailable";
  }
}

/** For the forms, which work without knowing it. */
export async function knownPerson(): Promise<Person | null> {
  const person = await currentPerson();
  return person === "unavailable" ? null : person;
}
