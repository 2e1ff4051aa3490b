import type { KeyboardEvent } from "react";

/** The arrows go from link to link; Tab goes through everything as ever. */
export function moveBetweenLinks(event: KeyboardEvent<HTMLElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = event.target;
  if (!step || event.defaultPrevented || !(from instanceof HTMLElement)) return;
  if (from instanceof HTMLInputElement || from.closest("[role=menu]")) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-conversation]")];
  const row = from.closest("li")?.querySelector<HTMLElement>("a[data-conversation]");
  const next = links[row ? links.indexOf(row) + step : 0];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
