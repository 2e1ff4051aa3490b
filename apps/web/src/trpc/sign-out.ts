import { notify } from "@/ui/notices";

/** Ends the session and leaves nothing of the person's in this browser. */
export async function signOut(): Promise<void> {
  const response = await fetch("/api/auth/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => null);
  if (!response?.ok) {
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
