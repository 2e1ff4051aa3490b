"use client";

import type { ComponentProps, MouseEvent } from "react";
import { navigate } from "./navigate";

interface AppLinkProps extends ComponentProps<"a"> {
  href: string;
  /** Instead of going there, for a link that does more. */
  onFollow?(): void;
}

/** A link between addresses of the chat: a plain link to all but an unmodified click. */
export function AppLink({ href, onClick, onFollow, ...rest }: AppLinkProps) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (onFollow) onFollow();
    else if (window.location.pathname !== href) navigate(href);
  }
  return <a {...rest} href={href} onClick={follow} />;
}
