import { formulaEnd, opensDisplay, opensInline } from "./formulas";

/**
 * Completes what is half-written at the end of a block that is still being streamed, or holds it back, so that it
 * does not show as raw markup for a moment and then change: `**bol` becomes `**bol**`, `[text](htt` becomes `text`.
 */
export function repair(block: string): string {
  const code = findFences(block);
  if (code.isOpen) return block.replace(/\n[ \t]*(?:`{1,}|~{1,})$/, "");
  const formulas = findDisplayFormulas(block, code.closedUntil);
  const held = block
    .slice(0, formulas.openFrom)
    .replace(/(^|\n)[ \t]*(?:[-*+_=>#~`]{1,3}|#{4,6}|\d{1,9}[.)]?|[-*+] \[[ xX]?\]?)[ \t]*$/, "$1");
  const text = repairTable(held);
  const start = Math.max(startOfTail(text), Math.min(formulas.closedUntil, text.length));
  return text.slice(0, start) + repairInline(text.slice(start));
}

function findFences(block: string): { isOpen: boolean; closedUntil: number } {
  let open: string | null = null;
  let closedUntil = 0;
  let lineStart = 0;
  for (const line of block.split("\n")) {
    const fence = /^(?:[ \t]|>|[-*+] |\d+[.)] )*(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence?.[1]) {
      if (open === null) open = fence[1];
      else if (fence[1][0] === open[0] && fence[1].length >= open.length && !fence[2]?.trim()) {
        open = null;
        closedUntil = lineStart + line.length;
      }
    }
    lineStart += line.length + 1;
  }
  return { isOpen: open !== null, closedUntil };
}

/** Where a display formula begins that is not closed yet, and where the last one ends that is: no line of it is markup. */
function findDisplayFormulas(block: string, from: number): { openFrom: number | undefined; closedUntil: number } {
  const opening = /(?:^|\n)(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*(?=\$\$|\\\[)/g;
  let closedUntil = from;
  opening.lastIndex = from;
  for (let match = opening.exec(block); match; match = opening.exec(block)) {
    const start = match.index + match[0].length;
    const end = formulaEnd(block, start);
    if (end !== -1) closedUntil = end;
    else if (opensDisplay(block, start)) return { openFrom: match.index, closedUntil };
    opening.lastIndex = Math.max(end, start + 1);
  }
  return { openFrom: undefined, closedUntil };
}

/** A table's first line shows once the second says that it is one, in a list, too, and right after a line of text. */
function repairTable(block: string): string {
  const lines = block.split("\n");
  const first = lines.findLastIndex((line) => !/^(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t])*\|/.test(line)) + 1;
  const [header, delimiter, ...rows] = lines.slice(first);
  if (header === undefined || rows.length > 0) return block;
  const before = lines.slice(0, first).join("\n");
  if (delimiter === undefined) return before;
  const [, margin] = /^([ \t>]*)\|[|\s:-]*$/.exec(delimiter) ?? [];
  if (margin === undefined) return block;
  const columns = header
    .slice(header.indexOf("|") + 1)
    .replace(/\\\|/g, "")
    .replace(/\|\s*$/, "")
    .split("|").length;
  return `${before}${first > 0 ? "\n" : ""}${header}\n${margin}|${" --- |".repeat(columns)}`;
}

/** Where the last paragraph, item, heading or row of the block begins: inline markup does not reach across. */
function startOfTail(block: string): number {
  let start = 0;
  for (const match of block.matchAll(
    /(?:^|\n)(?:[ \t]*\n|[ \t>]*(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]+(?:\[[ xX]\] )?|[ \t]*>[ \t]?|[ \t]*\|)/g,
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
    if (char === "$" || char === "\\") {
      const formula = formulaEnd(tail, i);
      if (formula === -1 && (i === tail.length - 1 || opensInline(tail, i))) return close(tail.slice(0, i), open);
      i = formula === -1 ? i + (char === "$" ? 1 : 2) : formula;
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
