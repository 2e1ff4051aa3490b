import type { Person } from "@holdfast/contract";
import { requestApi } from "@/trpc/server";

/** Null for a visitor, and where the database cannot say. */
export async function currentPerson(): Promise<Person | null> {
  try {
    return (await requestApi()).person;
  } catch {
    return null;
  }
}
