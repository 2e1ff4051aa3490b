"use client";

import { useEffect, useRef, useState } from "react";
import { CopyButton } from "../copy-button";
import styles from "./code-block.module.css";
import { inOrder } from "./in-order";
import { languageLabel } from "./languages";

interface CodeBlockProps {
  code: string;
  /** The info string: the language and whatever follows it. */
  language: string;
  complete: boolean;
}

export type CodeRole = "keyword" | "string" | "comment" | "inserted" | "deleted";

export interface ColouredText {
  text: string;
  /** Null for what has the text's own colour. */
  role: CodeRole | null;
}

export function CodeBlock({ code, language, complete }: CodeBlockProps) {
  const name =
    language
      .trim()
      .split(/[\s{,]/, 1)[0]
      ?.toLowerCase() ?? "";
  const [element, pieces] = useHighlighting(code, name, complete);
  return (
    <div ref={element} className={styles.block} dir="ltr">
      <div className={styles.head}>
        <span>{languageLabel(name)}</span>
        <CopyButton text={code} label="Copy code" className={styles.copy} showLabel />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls must be reachable by keyboard */}
      <pre className={styles.code} tabIndex={0}>
        <code>{inOrder(pieces?.map(paint)) ?? code}</code>
      </pre>
    </div>
  );
}

function paint(piece: ColouredText) {
  return piece.role ? <span className={styles[piece.role]}>{piece.text}</span> : piece.text;
}

/** Colours come when the block is finished and near the screen; the highlighter loads with the first that needs it. */
function useHighlighting(code: string, language: string, complete: boolean) {
  const element = useRef<HTMLDivElement>(null);
  const [coloured, setColoured] = useState<{ code: string; pieces: ColouredText[] } | null>(null);
  useEffect(() => {
    if (!complete || !language || !element.current) return;
    const controller = new AbortController();
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        void highlightCode();
      },
      { rootMargin: "200px" },
    );
    async function highlightCode() {
      try {
        const { highlight } = await import("./highlight");
        const pieces = await highlight(code, language, controller.signal);
        if (pieces && !controller.signal.aborted) setColoured({ code, pieces });
      } catch {
        // Without its colours the code is still all there.
      }
    }
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      controller.abort();
    };
  }, [code, language, complete]);
  return [element, coloured?.code === code ? coloured.pieces : null] as const;
}
