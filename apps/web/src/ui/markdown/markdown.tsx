"use client";

import { memo, useRef } from "react";
import { type Block, nothing, splitBlocks } from "./blocks";
import { inOrder } from "./in-order";
import styles from "./markdown.module.css";
import { renderBlock } from "./render-blocks";

interface MarkdownProps {
  text: string;
  /** More is coming: what is half-written at the end is completed or held back, and a caret follows it. */
  streaming?: boolean;
}

/** Markdown as React elements. No HTML of the text is ever parsed, and nothing loads from another site. */
export const Markdown = memo(function Markdown({ text, streaming = false }: MarkdownProps) {
  const split = useRef(nothing);
  // A cache in render: the same text always splits the same, whatever was there before.
  split.current = splitBlocks(split.current, text, streaming);
  return (
    <div className={streaming ? styles.streaming : styles.markdown}>
      {inOrder(split.current.blocks.map(toElement))}
      {streaming && split.current.blocks.length === 0 && <p className={styles.waiting} />}
    </div>
  );
});

function toElement(block: Block) {
  return <MarkdownBlock block={block} />;
}

const MarkdownBlock = memo(
  function MarkdownBlock({ block }: { block: Block }) {
    return renderBlock(block.token, block.complete);
  },
  (before, after) => before.block.token === after.block.token && before.block.complete === after.block.complete,
);
