import { notify } from "@/ui/notices";
import { isOwnAnswer } from "./own-answer";
import { requests } from "./requests";

/** Everything else that the page asks waits for it. */
const patienceMs = 10_000;

/** Whether the session is being ended from here: what the server refuses from now on is no news. */
export function isSigningOut(): boolean {
  return requests.areHeld;
}

/** Ends the session and leaves nothing of the person's in this browser. */
export async function signOut(): Promise<void> {
  await requests.without(async () => {
    const response = await fetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => null);
    if (!response?.ok || !isOwnAnswer(response)) return notify("You could not be signed out. Try again.");
    leave();
    await new Promise(() => {}); // until the page is gone
  });
}

/** What was typed and not sent belongs to the person too. */
export function leave(): void {
  try {
    window.localStorage.clear();
    window.sessionStorage.clear();
  } catch {
    // Where the browser forbids it nothing was kept.
  }
  window.location.assign("/");
}
