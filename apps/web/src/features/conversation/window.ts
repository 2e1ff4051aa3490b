import type { Entry } from "./entries";

/** Which entries stand in the document: `[start, end)` of the list. */
export interface Extent {
  start: number;
  end: number;
}

export interface View {
  /** From the lower edge of what is shown to the end of the log, in px. */
  fromEnd: number;
  height: number;
}

/** The entries that lie in the view or within `margin` px of it. `heights` are from the top down. */
export function extentOf(heights: readonly number[], view: View, margin: number): Extent {
  const low = view.fromEnd - margin;
  const high = view.fromEnd + view.height + margin;
  let end = heights.length;
  let below = 0;
  while (end > 1 && below + (heights[end - 1] ?? 0) <= low) below += heights[--end] ?? 0;
  let start = end;
  let reach = below;
  while (start > 0 && (reach < high || start === end)) reach += heights[--start] ?? 0;
  return { start, end };
}

export function sum(heights: readonly number[], start: number, end: number): number {
  let total = 0;
  for (let i = start; i < end; i++) total += heights[i] ?? 0;
  return total;
}

const lineHeight = 26;
const gap = 28;

/** A guess for what has never been in the document. */
export function estimateHeight(entry: Entry): number {
  switch (entry.kind) {
    case "prompt":
      return linesOf(entry.text, 58) * lineHeight + 20 + gap + 32;
    case "answer":
      return entry.steps.reduce(
        (total, step) => total + linesOf(step.content, 76) * lineHeight + step.toolCalls.length * 54,
        30 + gap,
      );
    case "note":
      return linesOf(entry.text, 80) * 20 + gap;
    case "failure":
      return 60 + gap;
    case "unanswered":
    case "day":
      return 20 + gap;
    default:
      return entry satisfies never;
  }
}

function linesOf(text: string, width: number): number {
  let lines = 0;
  let start = 0;
  while (start <= text.length) {
    const end = text.indexOf("\n", start);
    const length = (end === -1 ? text.length : end) - start;
    lines += Math.max(1, Math.ceil(length / width));
    if (end === -1 || lines > 400) break;
    start = end + 1;
  }
  return lines;
}
