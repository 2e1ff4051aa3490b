import type { Conversation, Reply } from "./conversation.ts";
import { pointOf, vary } from "./phrases.ts";

/** Greetings, thanks, and what it is. */
export function about(conversation: Conversation): Reply | null {
  const { now, earlier, today } = conversation;
  const said = now.asked.trim();
  const point = pointOf(now.asked);
  if (
    /^(?:hi|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|moin|hallo|servus)\b[\s\p{P}]*(?:there|holdfast|everyone|you|again)?[\s\p{P}]*$/iu.test(
      said,
    )
  ) {
    return { text: vary(greetings, said, earlier.length) };
  }
  if (
    /^(?:thanks|thank you|thx|cheers|great|perfect|nice|cool|awesome|well done|good job|lovely)\b[\s\p{P}]*(?:so much|very much|a lot|that's all)?[\s\p{P}]*$/iu.test(
      said,
    )
  ) {
    return { text: vary(thanks, said, earlier.length) };
  }
  if (/^(?:bye|goodbye|good night|see you|cya|farewell)\b.{0,20}$/iu.test(said))
    return { text: "Goodbye. This conversation stays here for when you come back." };
  if (/^(?:yes|no|yep|nope|ok|okay|sure|fine|alright)[\s\p{P}]*$/iu.test(said))
    return { text: "Nothing is waiting for a yes or a no just now. What shall we do?" };
  if (/\bjoke\b/iu.test(point) && point.length < 40) return { text: vary(jokes, said, earlier.length) };
  if (/^how are you\b.{0,20}$|^how(?:'?s| is) it going$/iu.test(point))
    return { text: "All is well: a program has no bad days. What shall we do?" };
  if (
    /^(?:help|help me|what can (?:you|i) (?:do|ask|say|try)|what do you do|how does this work|what is this|how do i use (?:this|you))\b.{0,30}$/iu.test(
      point,
    )
  )
    return { text: help };
  if (
    /^(?:who|what) are you\b|^are you (?:a |an )?(?:ai|bot|robot|human|real|model|chatgpt|gpt|claude|llm)|^what(?:'?s| is) your name|^which model|^what model|^introduce yourself|^tell me about yourself/iu.test(
      point,
    )
  )
    return { text: whoAmI };
  if (
    /(?:configure|set ?up|connect|use|add|enable|choose|switch).{0,30}\b(?:model|openai|anthropic|claude|gpt|ollama|api key|llm)\b|\b(?:openai|anthropic|ollama)\b.{0,20}(?:key|server|model)|^how do i get a (?:real|better) model/iu.test(
      point,
    )
  )
    return { text: configuration };
  if (/^what(?:'?s| is)? (?:the )?(?:time|date|day)\b|^what (?:time|day) is it|^today(?:'s date)?$/iu.test(point)) {
    const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: "UTC" }).format(
      today,
    );
    return { text: `On the server's clock it is ${date} (UTC).` };
  }
  return null;
}

const greetings = [
  "Hello! I'm Holdfast's built-in assistant. I can keep your tasks, remember what we said here, and show what this chat can do. Try *add buy milk and call mum*, or ask *what can you do?*",
  "Hi there! What shall we do? I keep your task list (*what's left?*), and *help* shows the rest.",
  "Good to see you. Tell me something to remember, like *remind me to water the plants*, or ask *what can you do?*",
] as const;

const thanks = ["You're welcome.", "Gladly. Anything else?", "Any time."] as const;

const jokes = [
  "Why did the sailor write everything down? Because the sea has no memory, and the captain had no patience.",
  "A byte walks into a bar, looking pale. “Are you all right?” asks the barman. “Parity error,” says the byte. “Yes,” says the barman, “I thought you looked a bit off.”",
] as const;

const whoAmI = `I'm the built-in assistant of Holdfast: a small program, not a language model. I work by rules, without a key and without a network, and nothing you type leaves this server.

That makes me good at a few things (your tasks, this conversation, showing what the chat can display) and no help with open questions. For those, connect a model: ask me *how do I connect a model?*`;

const help = `I'm the built-in assistant. These work right away:

**Your tasks**
- *add buy milk and call mum*, or *remind me to water the plants*
- *what's left?* and *show my tasks*
- *done with the second*, *reopen buy milk*, *rename 1 to buy oat milk*
- *delete the last*, *delete all that is done*
- *plan my week: finish the report, call the dentist, go running*

**This conversation**
- *what did I say first?*, *what did I just ask?*, *summarise*

**The page**
- *show a table*, *show code*, *explain markdown*, *show math*
- *tell me a long story*, *count to 100*

For open questions you can connect a language model: ask *how do I connect a model?*`;

const configuration = `Whoever runs this server sets one of these and starts it again:

| To use | Set |
| --- | --- |
| OpenAI | \`OPENAI_API_KEY\` |
| Anthropic | \`ANTHROPIC_API_KEY\` |
| Ollama, vLLM, LM Studio | \`OPENAI_BASE_URL\`, such as \`http://127.0.0.1:11434/v1\` |

\`DEFAULT_MODEL\` chooses the first one, such as \`openai/gpt-4o-mini\`. The models then appear in the picker above the message box, and I stay at the end of the list.`;
