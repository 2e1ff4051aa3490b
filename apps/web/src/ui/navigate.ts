/**
 * Goes to another address of the chat (`/new`, `/c/<id>`) without asking the server: Next keeps `usePathname`
 * in step with the history, and the screen shows what that address says.
 */
export function navigate(href: string, how: "push" | "replace" = "push"): void {
  if (how === "push") window.history.pushState(null, "", href);
  else window.history.replaceState(null, "", href);
  // pushState never fires it, and a message's anchor may lie in the conversation that is open already.
  if (href.includes("#")) window.dispatchEvent(new HashChangeEvent("hashchange"));
}
