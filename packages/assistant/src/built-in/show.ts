import type { Conversation, Reply } from "./conversation.ts";
import { pointOf } from "./phrases.ts";
import { code, everything, math, story, storyEnd, table } from "./showpieces.ts";

/** Shows what the page can display, and speaks at length when asked to. */
export function show({ now }: Conversation): Reply | null {
  const point = pointOf(now.asked);
  const countTo = /^count (?:up )?(?:from (\d{1,4}) )?to (\d{1,5})\b/iu.exec(point);
  if (countTo) return { text: counting(Number(countTo[1] ?? 1), Number(countTo[2])) };
  if (/\b(?:tell|write|give|read)\b.*\b(?:story|tale)\b|^(?:a )?(?:long |short )?story$/iu.test(point)) {
    return { text: tale(/\blong(?:er)?\b/iu.test(point) ? 12 : /\bshort\b/iu.test(point) ? 2 : 4) };
  }
  if (/\b(?:long|lengthy|detailed)\b.*\b(?:answer|text|reply|response|essay|message)\b/iu.test(point))
    return { text: tale(12) };
  if (
    !/\b(?:show|explain|demonstrate|demo|display|example|what can you (?:show|display|render)|give|write|draw|make|how (?:does|do))\b/iu.test(
      point,
    ) ||
    point.length > 80
  )
    return null;
  if (/\btable\b/iu.test(point)) return { text: table };
  if (/\b(?:math|maths|formula|formulas|equation|latex|katex)\b/iu.test(point)) return { text: math };
  if (/\bmark ?down\b|\bformatting\b|\bwhat can you (?:show|display|render)\b/iu.test(point))
    return { text: everything };
  if (/\b(?:show|write|give|example of)\b.*\bcode\b|\bcode example\b/iu.test(point)) return { text: code };
  return null;
}

function counting(from: number, to: number): string {
  const last = Math.min(to, from + 4999);
  const numbers = Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => from + index);
  if (numbers.length === 0) return "That is counting backwards, which I leave to rockets.";
  return `${numbers.join(" ")}${last < to ? "\n\nThat is as far as I count in one go." : ""}`;
}

function tale(paragraphs: number): string {
  const middle = Array.from({ length: paragraphs - 1 }, (_, index) => story[index % story.length] ?? "");
  return ["**The harbour that kept everything**", ...middle, storyEnd].join("\n\n");
}
