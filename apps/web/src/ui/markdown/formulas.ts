import { cjk } from "./cjk";

/** How a formula begins, what it may hold, how it ends, and what of that end may stand there already. */
interface Kind {
  open: string;
  body: string;
  close: string;
  halfClose: string;
}

const { raw } = String;

const inline: Kind[] = [
  { open: raw`\$\$`, body: raw`[^$\n]`, close: raw`\$\$`, halfClose: raw`\$?` },
  // As people and models write it: "costs $5 and $10" is none.
  { open: raw`\$(?!\s)`, body: raw`(?:[^$\n\\]|\\.)`, close: raw`(?<!\s)\$(?!\d)`, halfClose: raw`\\?` },
  { open: raw`\\\(`, body: raw`(?:[^\\\n]|\\[^(\n])`, close: raw`\\\)`, halfClose: raw`\\?` },
  { open: raw`\\\[`, body: raw`(?:[^\\\n]|\\[^[\n])`, close: raw`\\\]`, halfClose: raw`\\?` },
];

const display: Kind[] = [
  { open: raw`\$\$`, body: "[^$]", close: raw`\$\$`, halfClose: raw`\$?` },
  { open: raw`\\\[`, body: raw`(?:[^\\]|\\[^[])`, close: raw`\\\]`, halfClose: raw`\\?` },
];

const whole = (kinds: Kind[]) => kinds.map(({ open, body, close }) => `${open}(${body}+?)${close}`).join("|");
const half = (kinds: Kind[]) => kinds.map(({ open, body, halfClose }) => `${open}${body}*${halfClose}$`).join("|");

/** Within a line. What it says is in one of the groups. */
export const inlineFormula = new RegExp(`^(?:${whole(inline)})`);
/** `$$…$$` and `\[…\]` on lines of their own. What it says is in one of the groups. */
export const displayFormula = new RegExp(raw`^ {0,3}(?:${whole(display)})[ \t]*(?:\n|$)`);

/** All of a text, where its escapes are masked. */
export const formulasInLine = new RegExp(whole(inline), "g");

const wholeFormula = new RegExp(`${whole(inline)}|${whole(display)}`, "y");
const halfInline = new RegExp(half(inline), "y");
const halfDisplay = new RegExp(half(display), "y");

/** Where the formula that begins at `start` ends, or -1. */
export function formulaEnd(text: string, start: number): number {
  return matchAt(wholeFormula, text, start) === null ? -1 : wholeFormula.lastIndex;
}

/** Whether all from `start` on is a formula that the text ends within. */
export function opensInline(text: string, start: number): boolean {
  const formula = matchAt(halfInline, text, start);
  return formula !== null && !isProse(formula);
}

/** The same of one that may go over several lines, but over no empty one. */
export function opensDisplay(text: string, start: number): boolean {
  const formula = matchAt(halfDisplay, text, start);
  if (formula === null || /\n[ \t>]*\n/.test(formula)) return false;
  return /^..[ \t]*(?:\n|$)/.test(formula) || !isProse(formula);
}

function matchAt(expression: RegExp, text: string, start: number): string | null {
  expression.lastIndex = start;
  return expression.exec(text)?.[0] ?? null;
}

/** A price, or a lone sign: what two words follow, or one a number. In a formula they stand in braces, if at all. */
function isProse(formula: string): boolean {
  const bare = formula.replace(/^(?:\$+|\\.)/, "").replace(/\{[^{}]*\}?/g, "");
  return prose.test(bare);
}

const prose = new RegExp(raw`(?:(?<!\S)\p{L}{2,}[.,;:!?]?|^\d[\d.,]*)\s+\p{L}{2,}[\s.,;:!?)]|[${cjk}]{2}`, "u");
