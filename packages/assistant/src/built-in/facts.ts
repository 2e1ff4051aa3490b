import type { Conversation, Reply } from "./conversation.ts";
import { bullets, plain, pointOf } from "./phrases.ts";

/** What a person tells to be kept in mind, and asks for again: it is looked up in the conversation itself. */
export function facts({ earlier, now }: Conversation): Reply | null {
  const told = factIn(now.asked);
  if (told)
    return { text: `I keep it in mind: ${plain(told.sentence)}. It stays in this conversation for as long as you do.` };
  const wanted =
    /^(?:what(?:'?s| is| was| are| were)|who(?:'?s| is)|tell me|do you (?:know|remember))\s+(?:what\s+)?my\s+(.+?)(?:\s+is)?$/iu.exec(
      pointOf(now.asked),
    )?.[1];
  const known = earlier.flatMap(({ asked }) => factIn(asked) ?? []);
  if (wanted !== undefined) {
    const fact = known.findLast(({ about }) => about === wanted.toLowerCase());
    return fact
      ? { text: `Your ${plain(wanted)} is **${plain(fact.value)}**; you told me so in this conversation.` }
      : null;
  }
  if (!/^what\b.*\b(?:remember|keep in mind|told you|asked you to remember)\b/iu.test(pointOf(now.asked))) return null;
  if (known.length === 0)
    return { text: "You have told me nothing to remember in this conversation. Say *remember …*, and I keep it." };
  return { text: `You told me:\n\n${bullets(known.map(({ sentence }) => plain(sentence)))}` };
}

interface Fact {
  sentence: string;
  about: string | null;
  value: string;
}

/** "My name is Ada", "remember the word zebra", "remember that the key is under the mat". */
function factIn(asked: string): Fact | null {
  if (asked.length > 400) return null;
  const point = pointOf(asked);
  const own = /^(?:remember (?:that )?)?(my ([\p{L}\p{N} '-]{2,40}?) (?:is|are) (?:called )?(.{1,200}))$/isu.exec(
    point,
  );
  if (own) return { sentence: `your ${own[2]} is ${own[3]}`, about: (own[2] ?? "").toLowerCase(), value: own[3] ?? "" };
  const any = /^(?:remember|keep in mind|note)(?: that| this)?\s*:?\s+(?!to\b|about\b|of\b)(.{2,200})$/isu.exec(
    point,
  )?.[1];
  return any === undefined ? null : { sentence: any, about: null, value: any };
}
