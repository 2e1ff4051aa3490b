/** One of several ways to say it: another one as the conversation goes on, the same one when a turn is run again. */
export function vary<T>(ways: readonly [T, ...T[]], seed: string, turn: number): T {
  let hash = turn * 7;
  for (const letter of seed) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return ways[hash % ways.length] ?? ways[0];
}

/** A person's words inside Markdown, as they are. */
export function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>#|~$]/gu, "\\$&")
    .replace(/\s+/gu, " ")
    .trim();
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

export function numbered(lines: readonly string[], from = 1): string {
  return lines.map((line, index) => `${from + index}. ${line}`).join("\n");
}

/** "1 task", "3 tasks". */
export function count(n: number, one: string): string {
  return `${n} ${n === 1 ? one : `${one}s`}`;
}

/** "a, b and c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Beyond it a text is no request but material, and patterns would take long over it. */
const longestPoint = 4000;

/** Without please and thank you, and what else is said before the point; empty where there is too much to have one. */
export function pointOf(text: string): string {
  if (text.length > longestPoint) return "";
  let point = withoutEnd(text)
    // Runs of white space are what the patterns below would try in all their parts.
    .replace(/[^\S\n]+/gu, " ")
    .replace(/\n\s*/gu, "\n")
    .replace(/^(what|that|don|let|i)’/iu, "$1'");
  for (;;) {
    const shorter = point
      .replace(
        /^(?:please|pls|hey|hi|hello|ok(?:ay)?|so|now|and|then|also|well|great|thanks|thank you)\b[\s,.!:]+/iu,
        "",
      )
      .replace(/^(?:can|could|would|will) you\s+(?:please\s+)?(?:also\s+)?/iu, "")
      .replace(/^i(?:'d| would) like (?:you )?to\s+|^i want (?:you )?to\s+|^let'?s\s+/iu, "")
      .replace(/[\s,]{1,3}(?:please|for me|thanks|thank you)$/iu, "");
    if (shorter === point) return point;
    point = shorter;
  }
}

/** Without what a sentence ends with. A pattern for it would be quadratic. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s.!?…]/u.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).trimStart();
}
