/**
 * Completes what is half-written at the end of a block that is still being streamed, or holds it back, so that it
 * does not show as raw markup for a moment and then change: `**bol` becomes `**bol**`, `[text](htt` becomes `text`.
 */
export function repair(block: string): string {
  if (endsInsideFence(block)) return block.replace(/\n[ \t]*(?:`{1,}|~{1,})$/, "");
  const held = block.replace(/(^|\n)[ \t]*(?:[-*+_=>#~`]{1,3}|#{4,6}|\d{1,9}[.)]?|[-*+] \[[ xX]?\]?)[ \t]*$/, "$1");
  const table = repairTable(held);
  if (table !== null) return table;
  const start = startOfTail(held);
  return held.slice(0, start) + repairInline(held.slice(start));
}

function endsInsideFence(block: string): boolean {
  let open: string | null = null;
  for (const line of block.split("\n")) {
    const fence = /^(?:[ \t]|>|[-*+] |\d+[.)] )*(`{3,}|~{3,})(.*)$/.exec(line);
    if (!fence?.[1]) continue;
    if (open === null) open = fence[1];
    else if (fence[1][0] === open[0] && fence[1].length >= open.length && !fence[2]?.trim()) open = null;
  }
  return open !== null;
}

/** A table's first line shows once the second says that it is one. */
function repairTable(block: string): string | null {
  if (!block.startsWith("|")) return null;
  const [header = "", delimiter, ...rows] = block.split("\n");
  if (delimiter === undefined) return "";
  if (rows.length > 0 || !/^[|\s:-]*$/.test(delimiter)) return null;
  const columns = header
    .replace(/\\\|/g, "")
    .replace(/^\||\|\s*$/g, "")
    .split("|").length;
  return `${header}\n|${" --- |".repeat(columns)}`;
}

/** Where the last paragraph, item, heading or row of the block begins: inline markup does not reach across. */
function startOfTail(block: string): number {
  let start = 0;
  for (const match of block.matchAll(
    /(?:^|\n)(?:[ \t]*\n|[ \t>]*(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]+(?:\[[ xX]\] )?|[ \t]*>[ \t]?|\|)/g,
  )) {
    start = match.index + match[0].length;
  }
  return start;
}

interface OpenMark {
  char: string;
  length: number;
}

function repairInline(tail: string, depth = 0): string {
  const open: OpenMark[] = [];
  let i = 0;
  while (i < tail.length) {
    const char = tail.charAt(i);
    if (char === "\\") {
      if (i === tail.length - 1) return close(tail.slice(0, i), open);
      i += 2;
    } else if (char === "`") {
      const run = runLength(tail, i);
      const end = findRun(tail, "`", run, i + run);
      if (end === -1) return closeCode(tail, i, run, open);
      i = end + run;
    } else if (char === "[") {
      const link = repairLink(tail, i);
      // The text of a half-written link may have half-written markup of its own.
      if (link.type === "repaired")
        return close(link.before + (depth < 8 ? repairInline(link.text, depth + 1) : link.text), open);
      i = link.next;
    } else if (char === "*" || char === "_" || char === "~") {
      const run = runLength(tail, i);
      const next = track(tail, i, run, open);
      if (next === "hold") return close(tail.slice(0, i), open);
      i += run;
    } else i++;
  }
  return close(tail, open);
}

function runLength(text: string, start: number): number {
  let end = start + 1;
  while (text[end] === text[start]) end++;
  return end - start;
}

function findRun(text: string, char: string, length: number, from: number): number {
  for (let i = text.indexOf(char, from); i !== -1; i = text.indexOf(char, i)) {
    const run = runLength(text, i);
    if (run === length) return i;
    i += run;
  }
  return -1;
}

function closeCode(tail: string, start: number, run: number, open: OpenMark[]): string {
  const content = tail.slice(start + run);
  const partialEnd = content.replace(/`+$/, "");
  if (partialEnd.trim() === "") return close(tail.slice(0, start), open);
  return close(tail.slice(0, start + run) + partialEnd + "`".repeat(run), open);
}

type LinkRepair = { type: "complete"; next: number } | { type: "repaired"; before: string; text: string };

function repairLink(tail: string, start: number): LinkRepair {
  const isImage = tail[start - 1] === "!";
  const before = tail.slice(0, isImage ? start - 1 : start);
  const end = closingBracket(tail, start);
  if (end === -1) return { type: "repaired", before, text: isImage ? "" : tail.slice(start + 1) };
  const text = tail.slice(start + 1, end);
  if (end === tail.length - 1 && !/^(?:\d+|[ xX])$/.test(text))
    return { type: "repaired", before, text: isImage ? "" : text };
  if (tail[end + 1] !== "(") return { type: "complete", next: start + 1 };
  const target = tail.indexOf(")", end);
  if (target === -1) return { type: "repaired", before, text: isImage ? "" : text };
  return { type: "complete", next: target + 1 };
}

function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") depth++;
    else if (text[i] === "]" && --depth === 0) return i;
  }
  return -1;
}

/** Follows emphasis. "hold": the run stands at the very end, and what it will be is not known yet. */
function track(tail: string, start: number, run: number, open: OpenMark[]): "go-on" | "hold" {
  const char = tail.charAt(start);
  const before = tail[start - 1] ?? " ";
  const after = tail[start + run];
  if (after === undefined) return "hold";
  if (char === "_" && /[\p{L}\p{N}]/u.test(before) && /[\p{L}\p{N}]/u.test(after)) return "go-on";
  const top = open.at(-1);
  if (top?.char === char && !/\s/.test(before)) {
    if (run >= top.length) open.pop();
    else top.length -= run;
  } else if (!/\s/.test(after) && run <= 3 && (char !== "~" || run === 2)) open.push({ char, length: run });
  return "go-on";
}

function close(text: string, open: readonly OpenMark[]): string {
  if (open.length === 0) return text;
  let closed = text.trimEnd();
  for (const mark of open.toReversed()) {
    const marker = mark.char.repeat(mark.length);
    // Nothing is in it yet: an empty `****` would be a rule.
    if (closed.endsWith(marker)) closed = closed.slice(0, -marker.length);
    else closed += marker;
  }
  return closed;
}
