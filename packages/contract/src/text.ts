/**
 * The 25 characters that JavaScript's `trim` removes. PostgreSQL's `\s` differs between versions,
 * so its CHECKs use `btrim` with this list instead.
 */
export const whitespace =
  "\u0009\u000A\u000B\u000C\u000D\u0020\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";

/** Counts Unicode code points, as PostgreSQL's `char_length` does. */
export function codePointLength(text: string): number {
  let surrogatePairs = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (isHighSurrogate(text.charCodeAt(i)) && isLowSurrogate(text.charCodeAt(i + 1))) {
      surrogatePairs++;
      i++;
    }
  }
  return text.length - surrogatePairs;
}

/** The first `length` code points; never half a surrogate pair. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  let units = 0;
  for (let points = 0; points < length && units < text.length; points++) {
    units += isHighSurrogate(text.charCodeAt(units)) && isLowSurrogate(text.charCodeAt(units + 1)) ? 2 : 1;
  }
  return text.slice(0, units);
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** False for what PostgreSQL's text cannot hold: U+0000 and lone surrogates. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** Replaces what PostgreSQL's text cannot hold by U+FFFD. For what models and tools say; people get an error. */
export function toStorable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** A conversation's first title: the beginning of its first message, on one line, cut between words. */
export function titleFrom(message: string, length = 60): string {
  const line = message.replace(/\s+/gu, " ").trim();
  if (codePointLength(line) <= length) return line || defaultTitle;
  const cut = truncate(line, length);
  const lastSpace = cut.lastIndexOf(" ");
  return `${(lastSpace > length / 2 ? cut.slice(0, lastSpace) : cut).replace(/[\s,;:.–—-]+$/u, "")}…`;
}

export const defaultTitle = "New chat";

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
