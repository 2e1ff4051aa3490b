import type { Conversation, Reply } from "./conversation.ts";
import { count, listed, plain, pointOf } from "./phrases.ts";

/** Code and letters: what a program can honestly do for them without understanding either. */
export function craft({ now }: Conversation): Reply | null {
  const point = pointOf(now.asked);
  const block = /```([\w+-]*)\n([\s\S]*?)(?:```|$)/u.exec(now.asked);
  if (block) return { text: describe(block[1] ?? "", block[2] ?? "") };
  const bare = /^(?:explain|describe|review|read|what does)\b[^\n]{0,80}\bcode\b[^\n]{0,80}\n+(\S[\s\S]*)$/iu.exec(
    now.asked.trim(),
  )?.[1];
  if (bare !== undefined) return { text: describe("", bare) };
  if (/^(?:explain|describe|what does|review|read)\b.{0,40}\bcode\b.{0,40}$/iu.test(point))
    return { text: explainCode };
  if (
    /^(?:write|draft|compose|help (?:me )?(?:to )?(?:write|with))\b.{0,60}\b(?:letter|e-?mail|apology|complaint)\b/iu.test(
      point,
    )
  ) {
    const aim = /\b(?:must|should|has to) achieve(?: this)?\s*:\s*(\S[\s\S]*)$/iu.exec(point)?.[1];
    return {
      text: letter(aim === undefined ? "… *(one thing that can be done, by a day that can be named)*" : plain(aim)),
    };
  }
  return null;
}

function describe(language: string, source: string): string {
  const lines = source.trimEnd().split("\n");
  const named = (pattern: RegExp) =>
    [...new Set([...source.matchAll(pattern)].map((match) => `\`${match[1]}\``))].slice(0, 12);
  const functions = named(/(?:function\*?|def|fn|func|sub)\s+([A-Za-z_]\w*)/gu);
  const types = named(/(?:class|interface|struct|enum|trait)\s+([A-Za-z_]\w*)/gu);
  const imports = named(/(?:from|import|require\(|use|#include)\s*["'<]?([\w@./:-]+)/gu);
  const facts = [
    `${count(lines.length, "line")}${language ? ` of ${plain(language)}` : ""}, ${count(lines.filter((line) => line.trim() === "").length, "blank one")} among them`,
    ...(functions.length > 0 ? [`defines ${listed(functions)}`] : []),
    ...(types.length > 0 ? [`declares ${listed(types)}`] : []),
    ...(imports.length > 0 ? [`uses ${listed(imports)}`] : []),
  ];
  return `What I can see in it, by its shape alone:\n\n${facts.map((fact) => `- ${fact}`).join("\n")}\n\nWhat it *means* needs a language model; ask me *how do I connect a model?*`;
}

const explainCode = `Paste it between two lines of three backticks, and I tell you its shape: lines, functions, types, what it uses. Here is how I would go about a small one:

\`\`\`js
const unique = (list) => [...new Set(list)];
\`\`\`

1. \`new Set(list)\` keeps each value once, in the order of its first appearance.
2. \`[...]\` spreads the set into a new array, so \`list\` itself stays as it was.
3. \`unique([3, 1, 3])\` is therefore \`[3, 1]\`.

That one I know by heart. I'm the built-in assistant and do not understand code I have never seen; for that, connect a model (*how do I connect a model?*).`;

const letter = (aim: string) => `A difficult letter gets easier once it has bones. These carry most of them:

> Dear …,
>
> **I am writing because** … *(the matter, in one sentence, without a run-up)*
>
> **What happened:** … *(facts and dates; nothing that could be disputed)*
>
> **What it means to me:** … *(one honest sentence, beginning with “I”)*
>
> **What I ask for:** ${aim}
>
> **What I offer:** … *(what makes it easy to say yes)*
>
> With kind regards, …

Three rules that help:
- Write it today, send it tomorrow.
- Cut every “always”, “never” and “obviously”.
- Read it aloud once, as the one who receives it.

The words have to be yours: I'm the built-in assistant and write by rules. A connected model could draft it with you (*how do I connect a model?*).`;
