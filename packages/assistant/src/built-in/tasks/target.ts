/** Which task is meant, as it was said. */
export type Target =
  | { by: "number"; n: number }
  /** Counted from the end: 1 is the last. */
  | { by: "number-from-end"; n: number }
  | { by: "it" }
  | { by: "all"; status: "open" | "completed" | "any" }
  | { by: "name"; name: string };

const ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");
const numerals = "one two three four five six seven eight nine ten eleven twelve".split(" ");
const filler = new Set(
  "all everything every any of the my them those these tasks task ones one items item to-dos todos that which is are i have has been already what was were off things thing list".split(
    " ",
  ),
);

export function targetsOf(said: string): Target[] {
  const text = said
    .trim()
    .replace(/^["'“](.+)["'”]$/su, "$1")
    .replace(/\s+(?:from|on|off|in)\s+(?:my|the)\s+(?:task |to-?do )?(?:list|tasks|to-?dos)$/iu, "");
  const collective = collectiveOf(text);
  if (collective) return [collective];
  if (/^(?:it|that|this|that one|this one)$/iu.test(text)) return [{ by: "it" }];

  const firstFew = /^(?:the\s+)?first\s+(\S+?)(?:\s+(?:tasks|ones|items))?$/iu.exec(text)?.[1];
  const howMany = firstFew === undefined ? null : numberOf(firstFew);
  if (howMany !== null && howMany > 1)
    return Array.from({ length: Math.min(howMany, 100) }, (_, index) => ({ by: "number", n: index + 1 }));

  const numbers = text
    .split(/\s*(?:,|&|\band\b|\bplus\b)\s*/iu)
    .filter(Boolean)
    .map(positionOf);
  if (numbers.length > 0 && numbers.every((number) => number !== null)) return numbers;
  return [{ by: "name", name: bareName(text) }];
}

export function bareName(text: string): string {
  return text
    .trim()
    .replace(/^(?:the\s+|my\s+)?(?:task|to-?do|item)\s+(?:called|named|titled|about)?\s*:?\s*/iu, "")
    .replace(/\s+(?:task|to-?do)$/iu, "")
    .replace(/^["'“](.+)["'”]$/su, "$1")
    .trim();
}

function collectiveOf(text: string): Target | null {
  const words = text
    .toLowerCase()
    .replace(/what'?s|that'?s/gu, "that is")
    .split(/[\s,]+/u);
  const states = words.filter((word) => /^(?:done|completed?|finished|ticked|open|undone|left)$/u.test(word));
  if (!words.every((word) => filler.has(word) || states.includes(word))) return null;
  if (states.some((word) => /^(?:open|undone|left)$/u.test(word))) return { by: "all", status: "open" };
  if (states.length > 0) return { by: "all", status: "completed" };
  return words.some((word) => /^(?:all|everything|every|them|those|these)$/u.test(word))
    ? { by: "all", status: "any" }
    : null;
}

/** "2", "#2", "no. 2", "number two", "task 2", "the second one", "2nd", "the last", "the second to last". */
function positionOf(said: string): Target | null {
  const text = said
    .toLowerCase()
    .trim()
    .replace(/^(?:the|my)\s+/u, "")
    .replace(/\s+(?:one|task|item|to-?do)$/u, "")
    .replace(/^(?:task|item|number|no\.?|nr\.?|#)\s*/u, "");
  if (/^(?:last|latest|final|newest)$/u.test(text)) return { by: "number-from-end", n: 1 };
  if (/^(?:second(?: |-)(?:to(?: |-))?last|next(?: |-)to(?: |-)last)$/u.test(text))
    return { by: "number-from-end", n: 2 };
  // A bare "three" may well be a task's name.
  const n = numerals.includes(said.toLowerCase().trim()) ? null : numberOf(text);
  return n === null ? null : { by: "number", n };
}

function numberOf(word: string): number | null {
  const digits = /^(\d{1,4})(?:st|nd|rd|th|\.)?$/u.exec(word)?.[1];
  if (digits !== undefined) return Number(digits);
  const index = Math.max(ordinals.indexOf(word), numerals.indexOf(word));
  return index === -1 ? null : index + 1;
}
