import katex from "katex";
import { createElement, type ReactNode, useMemo } from "react";
import styles from "./markdown.module.css";

interface TypesetMathProps {
  source: string;
  display: boolean;
}

/** KaTeX's MathML, which browsers set themselves: no fonts, no styles, and nothing of it that is not in the list. */
export default function TypesetMath({ source, display }: TypesetMathProps) {
  const formula = useMemo(() => typeset(source, display), [source, display]);
  if (formula === null) return <code>{source}</code>;
  if (!display) return formula;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide formula scrolls, and must be reachable by keyboard
    <span className={styles.formula} tabIndex={0}>
      {formula}
    </span>
  );
}

function typeset(source: string, displayMode: boolean): ReactNode {
  if (source.length > 5_000) return null;
  try {
    const options = {
      displayMode,
      output: "mathml",
      throwOnError: true,
      trust: false,
      strict: "ignore",
      maxExpand: 200,
      maxSize: 20,
    } as const;
    const markup = katex.renderToString(source, options);
    const math = new DOMParser().parseFromString(markup, "text/html").querySelector("math");
    return math && toElement(math, "formula");
  } catch {
    return null;
  }
}

const elements = new Set(
  "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover munderover mtable mtr mtd mpadded mphantom menclose mmultiscripts semantics".split(
    " ",
  ),
);
const attributes = new Set(
  "display mathvariant stretchy fence separator form lspace rspace minsize maxsize accent accentunder linethickness width height depth voffset columnalign rowspacing columnspacing scriptlevel displaystyle notation symmetric movablelimits largeop".split(
    " ",
  ),
);

function toElement(node: Element, key: string | number): ReactNode {
  const name = node.localName;
  if (!elements.has(name)) return null;
  const props: Record<string, string | number> = { key };
  for (const { name: attribute, value } of node.attributes) if (attributes.has(attribute)) props[attribute] = value;
  const children = [...node.childNodes].map((child, index) => {
    if (child.nodeType === Node.TEXT_NODE) return child.textContent;
    return child.nodeType === Node.ELEMENT_NODE ? toElement(child as Element, index) : null; // nodeType says that it is one
  });
  return createElement(name, props, ...children);
}
