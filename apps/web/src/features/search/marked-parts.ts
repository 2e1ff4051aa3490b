export interface MarkedPart {
  text: string;
  isMatch: boolean;
}

/** Splits an excerpt at the marks around its matching words. A mark without its partner is dropped. */
export function markedParts(excerpt: string): MarkedPart[] {
  const parts: MarkedPart[] = [];
  for (const [at, piece] of excerpt.split("\uE000").entries()) {
    const end = at === 0 ? -1 : piece.indexOf("\uE001");
    const match = end < 0 ? "" : piece.slice(0, end);
    const rest = piece.slice(Math.max(end, 0)).replaceAll("\uE001", "");
    if (match) parts.push({ text: match, isMatch: true });
    if (rest) parts.push({ text: rest, isMatch: false });
  }
  return parts;
}

/** The whole of a title, marked where its excerpt is: an excerpt may begin later, or end earlier. */
export function withMarks(title: string, excerpt: string): string {
  let marked = "";
  let rest = title;
  for (const { text, isMatch } of markedParts(excerpt)) {
    const at = isMatch ? rest.indexOf(text) : -1;
    if (at < 0) continue;
    marked += `${rest.slice(0, at)}\uE000${text}\uE001`;
    rest = rest.slice(at + text.length);
  }
  return marked + rest;
}

/** The words of an excerpt without what Markdown puts around them: in a line of results it is only noise. Marks stay. */
export function withoutMarkup(excerpt: string): string {
  return excerpt
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+])[ \t]+/gmu, "")
    .replace(/!?\[([^\]\n]*)\]\([^()\s]*\)/gu, "$1")
    .replace(/(?<![\w*])\*\*(?=\S)|(?<=\S)\*\*(?![\w*])/gu, "")
    .replace(/`+/gu, "");
}
