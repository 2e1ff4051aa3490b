import { notify } from "@/ui/notices";

let isLeaving = false;

/** Whether the session is being ended from here: what the server refuses from now on is no news. */
export function isSigningOut(): boolean {
  return isLeaving;
}

/** Ends the session and leaves nothing of the person's in this browser. */
export async function signOut(): Promise<void> {
  isLeaving = true;
  const response = await fetch("/api/auth/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => null);
  if (!response?.ok) {
    isLeaving = false;
    notify("You could not be signed out. Try again.");
    return;
  }
  leave();
}

/** What was typed and not sent belongs to the person too. */
export function leave(): void {
  window.localStorage.clear();
  window.sessionStorage.clear();
  window.location.assign("/");
}
