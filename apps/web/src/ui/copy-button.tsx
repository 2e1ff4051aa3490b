"use client";

import { useEffect, useState } from "react";
import { copyText } from "./copy-text";
import { Glyph } from "./glyph";

interface CopyButtonProps {
  text: string | (() => string);
  label: string;
  className?: string;
  /** The label beside the icon, not only as its name. */
  showLabel?: boolean;
}

/** The name stays while the icon says that it is done, so that the button can be found by it. */
export function CopyButton({ text, label, className, showLabel = false }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    setCopied(await copyText(typeof text === "string" ? text : text()));
  }
  return (
    <button
      type="button"
      className={className}
      aria-label={showLabel ? undefined : label}
      title={showLabel ? undefined : label}
      data-copied={copied || undefined}
      onClick={() => void copy()}
    >
      <Glyph name={copied ? "check" : "copy"} />
      {showLabel && label}
    </button>
  );
}
