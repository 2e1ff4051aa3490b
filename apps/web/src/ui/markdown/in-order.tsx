import { createElement, Fragment, type ReactNode } from "react";

/** Parts of a parsed text: their place is their only identity, so they are children by place and need no keys. */
export function inOrder(parts: readonly ReactNode[] | undefined): ReactNode {
  return parts && createElement(Fragment, null, ...parts);
}
