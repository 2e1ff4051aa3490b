import { setTimeout as pause } from "node:timers/promises";

/**
 * What the fake provider does. Chosen by the model's id (`fake-<script>`), or by a directive in the last message of the person,
 * such as `[slow]`, `[long 500 20]` (words, milliseconds between them), `[tool add_task {"title":"Buy milk"}]` (several make parallel calls),
 * `[429 30]` (Retry-After), `[say anything]`; with `[then …]` beside a `[tool …]`, what it does with the tools' answers: `[then long 50 20]`.
 * Without either it echoes. A directive wins over the model. Asked for a conversation's title, it says the one of `[title A walk]` in it, else none.
 */
export type FakeScript =
  | { does: "echo" }
  | { does: "say"; text: string }
  | { does: "long"; words: number; everyMs: number }
  /** `afterwards` is done once the tools have answered; without it their answers are told. */
  | { does: "tools"; calls: { name: string; arguments: string }[]; afterwards: FakeScript | null }
  | { does: "status"; status: number; retryAfter: string | null }
  | {
      does:
        | "html"
        | "html-200"
        | "malformed"
        | "error-chunk"
        | "disconnect"
        | "no-finish"
        | "hang"
        | "hang-midway"
        | "blank"
        | "refuse-context"
        | "surrogate"
        | "nul"
        /** Ends at the limit of its length, after some words or before any. */
        | "length"
        | "length-at-once";
    };

const plain = [
  "html",
  "html-200",
  "malformed",
  "error-chunk",
  "disconnect",
  "no-finish",
  "hang",
  "hang-midway",
  "blank",
  "refuse-context",
  "surrogate",
  "nul",
  "length",
  "length-at-once",
] as const;
const status = (code: number, retryAfter: string | null = null): FakeScript => ({
  does: "status",
  status: code,
  retryAfter,
});
const addCall = (title: string) => ({ name: "add_task", arguments: JSON.stringify({ title }) });
const named = new Map<string, FakeScript>([
  ["echo", { does: "echo" }],
  ["slow", { does: "long", words: 40, everyMs: 250 }],
  ["long", { does: "long", words: 400, everyMs: 10 }],
  ["tools", { does: "tools", calls: [{ name: "list_tasks", arguments: "{}" }], afterwards: null }],
  ["parallel", { does: "tools", calls: [addCall("First of two"), addCall("Second of two")], afterwards: null }],
  ...[401, 403, 404, 429, 500, 503].map((code): [string, FakeScript] => [String(code), status(code)]),
  ["429-retry-after", status(429, "20")],
  ...plain.map((does): [string, FakeScript] => [does, { does }]),
]);

/** The ids that `GET /models` lists. */
export const fakeModels = [...named.keys()].map((name) => `fake-${name}`);

export function scriptFor(model: string, asked: string): FakeScript {
  if (!asked.startsWith("<conversation>")) return answerTo(model, asked);
  const script = answerTo(model, asked);
  const speaks = script.does === "echo" || script.does === "long" || script.does === "tools";
  return speaks ? { does: "say", text: /\[title ([^\]]*)\]/u.exec(asked)?.[1] ?? "" } : script;
}

function answerTo(model: string, asked: string): FakeScript {
  const calls = [...asked.matchAll(/\[tool (\w+)(?: (\{.*?\}))?\]/gsu)].map(([, name = "", args = "{}"]) => ({
    name,
    arguments: args,
  }));
  const then = /\[then ([^\]]*)\]/u.exec(asked)?.[1];
  if (calls.length > 0) return { does: "tools", calls, afterwards: then ? answerTo(model, `[${then}]`) : null };
  const [, directive = "", rest = ""] = /\[([\w-]+)(?: ([^\]]*))?\]/u.exec(asked) ?? [];
  if (directive === "say") return { does: "say", text: rest };
  if (directive === "long" && rest !== "") {
    const [words = 100, everyMs = 10] = rest.split(/\s+/u).map(Number);
    return { does: "long", words, everyMs };
  }
  if (/^\d{3}$/u.test(directive)) return status(Number(directive), rest || null);
  return named.get(directive) ?? named.get(model.replace(/^fake-/u, "")) ?? { does: "echo" };
}

/** The text of a script that speaks; the pause is before each delta. */
export function spoken(script: FakeScript, asked: string): { deltas: string[]; everyMs: number } {
  switch (script.does) {
    case "echo":
      return { deltas: words(`Echo: ${asked}`), everyMs: 2 };
    case "say":
      return { deltas: words(script.text), everyMs: 2 };
    case "long":
      return {
        deltas: Array.from({ length: script.words }, (_, index) => `word${index + 1} `),
        everyMs: script.everyMs,
      };
    case "blank":
      return { deltas: [" ", "\n"], everyMs: 0 };
    case "surrogate":
      // The two halves of U+1F600 in two deltas, as servers that cut by UTF-16 units send them.
      return { deltas: ["Smile \ud83d", "\ude00!"], everyMs: 0 };
    case "nul":
      return { deltas: ["a\u0000b"], everyMs: 0 };
    case "length-at-once":
      return { deltas: [], everyMs: 0 };
    default:
      return { deltas: words("This is the beginning of an answer"), everyMs: 2 };
  }
}

export async function* paced({ deltas, everyMs }: { deltas: string[]; everyMs: number }): AsyncGenerator<string> {
  for (const delta of deltas) {
    if (everyMs > 0) await pause(everyMs);
    yield delta;
  }
}

function words(text: string): string[] {
  return text.match(/\s*\S+/gu) ?? [text];
}

export const htmlPage =
  "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";
