import { codePointLength, truncate } from "@holdfast/contract";
import type { Conversation, Exchange, Reply } from "./conversation.ts";
import { bullets, count, plain, pointOf } from "./phrases.ts";

/** What it can tell about the conversation itself. */
export function recall({ earlier, now }: Conversation): Reply | null {
  const point = pointOf(now.asked);
  const echo = /^(?:say|echo|repeat(?: after me)?)\s*:?\s+["“]?(.+?)["”]?$/isu.exec(now.asked.trim())?.[1];
  if (echo !== undefined && !/^(?:that|it|this|yourself|again|my|the)\b/iu.test(echo)) return { text: echo };
  if (
    /^what (?:did|have|was|were)\b.*\b(?:i|me|my)\b.*\b(?:first|begin|start|beginning)\b|^what was (?:my|the) first (?:message|question|thing)/iu.test(
      point,
    )
  ) {
    return { text: quote(earlier[0], "The first thing you said here was", first) };
  }
  if (
    /^what (?:did|have|was|were)\b.*\b(?:i|my)\b.*\b(?:say|said|ask|asked|write|wrote|type[d]?|last|before|previous|just|message|question)\b/iu.test(
      point,
    )
  ) {
    return { text: quote(earlier.at(-1), "Just before this you said", first) };
  }
  if (
    /^what (?:did|have) you (?:just )?(?:say|said|answer|reply|tell)|^(?:repeat|say) (?:that|it|yourself)(?: again)?$|^what was your (?:last|previous) (?:answer|message|reply)/iu.test(
      point,
    )
  ) {
    const said = earlier.at(-1)?.said.trim();
    return { text: said ? `I said:\n\n${quoteBlock(truncate(said, 2000))}` : first };
  }
  if (/^how many (?:messages|questions|times)\b/iu.test(point)) {
    return {
      text: `You have sent ${count(earlier.length + 1, "message")} in the part of this conversation that I can see, this one included.`,
    };
  }
  if (
    /^(?:summari[sz]e|sum up|recap|tl;?dr|give me (?:a|the) (?:summary|recap))\b.{0,60}$|^what (?:have|did) we (?:talk|discuss|speak|do)/iu.test(
      point,
    )
  )
    return { text: summary(earlier) };
  return null;
}

const first = "Nothing yet: this is the beginning of our conversation.";

function quote(exchange: Exchange | undefined, intro: string, otherwise: string): string {
  return exchange ? `${intro}:\n\n${quoteBlock(plainLines(truncate(exchange.asked, 2000)))}` : otherwise;
}

function quoteBlock(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n");
}

function summary(earlier: readonly Exchange[]): string {
  if (earlier.length === 0) return first;
  const latest = earlier.slice(-12);
  const lines = latest.map(({ asked, calls }) => {
    const done = calls.length > 0 ? ` (${count(calls.length, "tool call")})` : "";
    return `“${plain(codePointLength(asked) > 80 ? `${truncate(asked, 77)}…` : asked)}”${done}`;
  });
  const left = earlier.length - latest.length;
  const intro = `You have sent me ${count(earlier.length, "message")} so far${left > 0 ? `; the last ${latest.length}` : ""}:`;
  return `${intro}\n\n${bullets(lines)}\n\nThat is a list rather than a summary: I'm a small program and do not understand what I repeat.`;
}
