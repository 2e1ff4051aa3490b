import { navigate } from "./navigate";

const begun = "holdfast:new-chat";

/** Leads to an empty page for the next conversation, also from one that shows what was just sent from it. */
export function startNewChat(): void {
  if (window.location.pathname !== "/new") navigate("/new");
  window.dispatchEvent(new Event(begun));
}

/** Returns what ends it. */
export function onNewChat(listener: () => void): () => void {
  window.addEventListener(begun, listener);
  return () => window.removeEventListener(begun, listener);
}
