import { type Person, personHeader } from "@holdfast/contract";
import { ApiError } from "../errors.ts";

/** A page that was left open acts for whom it shows, and for nobody who has signed in since in the same browser. */
export function assertShown(headers: Headers, person: Person | null): void {
  const shownId = headers.get(personHeader);
  if (!shownId || person === null || person.id === shownId) return;
  throw new ApiError("FORBIDDEN", "Somebody else is signed in here now. Load the page anew.");
}
