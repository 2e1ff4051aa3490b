import { truncate } from "@holdfast/contract";
import type { Conversation, Reply } from "./conversation.ts";
import { plain, vary } from "./phrases.ts";

/** For all that it knows nothing about: short, honest, and never twice the same in a row. */
export function honestly({ now, earlier }: Conversation): Reply {
  const about = subjectOf(now.asked);
  const opening = vary(openings, now.asked, earlier.length)(about);
  const offer = offers[earlier.length % offers.length] ?? offers[0];
  return { text: `${opening}\n\n${offer}` };
}

const openings = [
  (about: string) =>
    `I have read ${about}, but I'm only the built-in assistant: I work by rules and know nothing of the world, so I won't make an answer up.`,
  (about: string) =>
    `That is beyond me. I keep ${about} here in the conversation, but a real answer needs a language model, and I'm a small program without one.`,
  (about: string) =>
    `I can't say anything sensible to ${about}: I'm the built-in assistant and no language model is connected to me.`,
  (about: string) =>
    `Noted: ${about}. I'd rather be honest than clever: without a language model I can only help with tasks and with this conversation.`,
] as const;

const offers = [
  "What I can do: keep your tasks (*add buy milk and call mum*, *what's left?*), answer about this conversation (*what did I say first?*), and show what the page can display (*help*). To get real answers, ask me *how do I connect a model?*",
  "I can put it on your list, though: say *add …*. And *how do I connect a model?* tells how this chat gets real answers.",
  "Ask *what can you do?* for what works without a model, or *how do I connect a model?* for one that knows more.",
] as const;

function subjectOf(asked: string): string {
  const line = asked.replace(/\s+/gu, " ").trim();
  return line.length <= 60 ? `“${plain(line)}”` : `“${plain(truncate(line, 50))}…”`;
}
