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

export function renderInline(tokens: readonly Token[] | undefined, depth = 0, inLink = false): ReactNode {
  return inOrder(tokens?.map((token) => renderInlineToken(token, depth + 1, inLink)));
}

function renderInlineToken(token: Token, depth: number, inLink: boolean): ReactNode {
  if (depth > deepest) return token.raw;
  switch (token.type) {
    case "strong":
      return <strong>{renderInline(token.tokens, depth, inLink)}</strong>;
    case "em":
      return <em>{renderInline(token.tokens, depth, inLink)}</em>;
    case "del":
      return <del>{renderInline(token.tokens, depth, inLink)}</del>;
    case "codespan":
      return <code className={styles.inlineCode}>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return renderLink(token as Tokens.Link, depth, inLink); // marked's generic token hides the type
    case "image":
      return renderImage(token as Tokens.Image, inLink);
    case "math":
      return <MathFormula source={(token as MathToken).text} display={(token as MathToken).display} />;
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : token.raw;
    case "checkbox":
      return null;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? renderInline(token.tokens, depth, inLink) : decodeEntities(token.text);
    default:
      return token.raw;
  }
}

/** A link in a link is its text: a browser would take them apart, and the page would not be what was rendered. */
function renderLink(token: Tokens.Link, depth: number, inLink: boolean): ReactNode {
  const href = safeUrl(decodeEntities(token.href));
  if (href === null || inLink) return renderInline(token.tokens, depth, inLink);
  const title = token.title ? decodeEntities(token.title) : undefined;
  return (
    <a href={href} title={title} target="_blank" rel="noopener noreferrer" className={styles.link}>
      {renderInline(token.tokens, depth, true)}
    </a>
  );
}

/** Nothing loads from another site: a remote picture is a link to it, and only named where it is in a link already. */
function renderImage(token: Tokens.Image, inLink: boolean): ReactNode {
  const href = safeUrl(decodeEntities(token.href));
  const name = decodeEntities(token.text).trim();
  if (href === null || href.startsWith("mailto:")) return name;
  const caption = name ? `Picture: ${name}` : "Picture";
  if (inLink) return <span className={styles.picture}>{caption}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className={styles.picture}>
      {caption}
      <small>{new URL(href).hostname}</small>
    </a>
  );
}
