"use client";

import type { ComponentProps, MouseEvent } from "react";
import { navigate } from "./navigate";

/** A link between addresses of the chat: a plain link to all but an unmodified click. */
export function AppLink({ href, onClick, ...rest }: ComponentProps<"a"> & { href: string }) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (window.location.pathname !== href) navigate(href);
  }
  return <a {...rest} href={href} onClick={follow} />;
}
