import type { Token, Tokens } from "marked";
import type { ReactNode } from "react";
import { decodeEntities } from "./entities";
import { inOrder } from "./in-order";
import type { MathToken } from "./lexer";
import styles from "./markdown.module.css";
import { MathFormula } from "./math-formula";
import { safeUrl } from "./safe-url";

/** Beyond any honest nesting: what lies deeper shows as it was written. */
const deepest = 24;

export function renderInline(tokens: readonly Token[] | undefined, depth = 0): ReactNode {
  return inOrder(tokens?.map((token) => renderInlineToken(token, depth + 1)));
}

function renderInlineToken(token: Token, depth: number): ReactNode {
  if (depth > deepest) return token.raw;
  switch (token.type) {
    case "strong":
      return <strong>{renderInline(token.tokens, depth)}</strong>;
    case "em":
      return <em>{renderInline(token.tokens, depth)}</em>;
    case "del":
      return <del>{renderInline(token.tokens, depth)}</del>;
    case "codespan":
      return <code className={styles.inlineCode}>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return renderLink(token as Tokens.Link, depth); // marked's generic token hides the type
    case "image":
      return renderImage(token as Tokens.Image);
    case "math":
      return <MathFormula source={(token as MathToken).text} display={(token as MathToken).display} />;
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : token.raw;
    case "checkbox":
      return null;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? renderInline(token.tokens, depth) : decodeEntities(token.text);
    default:
      return token.raw;
  }
}

function renderLink(token: Tokens.Link, depth: number): ReactNode {
  const href = safeUrl(token.href);
  const text = renderInline(token.tokens, depth);
  if (href === null) return text;
  return (
    <a href={href} title={token.title ?? undefined} target="_blank" rel="noopener noreferrer" className={styles.link}>
      {text}
    </a>
  );
}

/** Nothing loads from another site: a remote picture is a link to it. */
function renderImage(token: Tokens.Image): ReactNode {
  const href = safeUrl(token.href);
  const name = decodeEntities(token.text).trim();
  if (href === null || href.startsWith("mailto:")) return name;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className={styles.picture}>
      {name ? `Picture: ${name}` : "Picture"}
      <small>{new URL(href).hostname}</small>
    </a>
  );
}
