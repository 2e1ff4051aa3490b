"use client";

import { useEffect } from "react";

/**
 * Next announces a change of page in an element of the role `alert`, beside which a message of ours would be one of two
 * alerts. It is announced as before: the element is a live region by its own attribute.
 */
export function QuietAnnouncer() {
  useEffect(() => {
    // Next makes the element in an effect of the same hydration.
    const frame = requestAnimationFrame(() => {
      const announcer = document.querySelector("next-route-announcer")?.shadowRoot?.firstElementChild;
      announcer?.removeAttribute("role");
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return null;
}
