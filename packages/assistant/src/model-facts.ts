import type { LanguageModelV3Usage } from "@ai-sdk/provider";
import type { Usage } from "@holdfast/contract";
import { builtInId } from "./built-in/model.ts";

/** US dollars for a million tokens. */
export interface Price {
  input: number;
  output: number;
}

export interface ModelFacts {
  /** Characters of history. */
  historyBudget: number;
  /** Null where it is not known. */
  price: Price | null;
  /** Whether tokens are what it works with, and is paid by. */
  countsTokens: boolean;
}

const thousand = 1000;
const million = 1_000_000;

/**
 * What is known of models, by the beginning of their id; the first that fits counts. Windows in tokens, prices as published
 * in US dollars for a million tokens. A new model that is missing here works all the same, with a smaller window and no price.
 */
const known: readonly [id: RegExp, window: number, price: Price | null][] = [
  [/^built-in$/u, 40 * thousand, null],
  [/^anthropic\/claude-(fable|mythos)/u, 200 * thousand, null],
  [/^anthropic\/claude-opus-4-[5-9]/u, 200 * thousand, { input: 5, output: 25 }],
  [/^anthropic\/claude-(opus-4|3-opus)/u, 200 * thousand, { input: 15, output: 75 }],
  [/^anthropic\/claude-(sonnet|3-5-sonnet|3-7-sonnet)/u, 200 * thousand, { input: 3, output: 15 }],
  [/^anthropic\/claude-haiku-4/u, 200 * thousand, { input: 1, output: 5 }],
  [/^anthropic\/claude-3-5-haiku/u, 200 * thousand, { input: 0.8, output: 4 }],
  [/^anthropic\/claude-3-haiku/u, 200 * thousand, { input: 0.25, output: 1.25 }],
  [/^anthropic\//u, 200 * thousand, null],
  [/^openai\/gpt-5(-20|$)/u, 400 * thousand, { input: 1.25, output: 10 }],
  [/^openai\/gpt-5-mini/u, 400 * thousand, { input: 0.25, output: 2 }],
  [/^openai\/gpt-5-nano/u, 400 * thousand, { input: 0.05, output: 0.4 }],
  [/^openai\/gpt-5/u, 400 * thousand, null],
  [/^openai\/gpt-4\.1(-20|$)/u, million, { input: 2, output: 8 }],
  [/^openai\/gpt-4\.1-mini/u, million, { input: 0.4, output: 1.6 }],
  [/^openai\/gpt-4\.1-nano/u, million, { input: 0.1, output: 0.4 }],
  [/^openai\/gpt-4o-mini/u, 128 * thousand, { input: 0.15, output: 0.6 }],
  [/^openai\/gpt-4o/u, 128 * thousand, { input: 2.5, output: 10 }],
  [/^openai\/(o1|o3|o4)/u, 200 * thousand, null],
  [/^openai\/gpt-4-turbo/u, 128 * thousand, null],
  [/^openai\/gpt-4/u, 8 * thousand, null],
  [/^openai\/gpt-3\.5/u, 16 * thousand, null],
];

/** For models that nothing is known of, local ones among them. */
const unknownWindow = 32 * thousand;

/** Tokens kept free for the system prompt, the tools, and the answer. */
const reserve = 8 * thousand;

/** English text has about four characters a token, code and other languages fewer. */
const charactersPerToken = 3.5;

/** More would be paid and waited for without being of use. */
const mostCharacters = 400 * thousand;

export function factsOf(modelId: string): ModelFacts {
  const [, window, price] = known.find(([id]) => id.test(modelId)) ?? [null, unknownWindow, null];
  const tokens = window - Math.min(reserve, window / 2);
  const historyBudget = Math.min(mostCharacters, Math.floor(tokens * charactersPerToken));
  return { historyBudget, price, countsTokens: modelId !== builtInId };
}

/** With what the provider has counted for one more round; null as long as it has counted nothing. */
export function addUsage(sum: Usage | null, used: LanguageModelV3Usage, { price }: ModelFacts): Usage | null {
  const read = used.inputTokens.total;
  const written = used.outputTokens.total;
  return read === undefined && written === undefined ? sum : added(sum, read ?? 0, written ?? 0, price);
}

/**
 * With a guess at a round that did not come to the end at which the provider counts, in characters. Of one that had not begun
 * to speak nothing is known, not even whether it was paid.
 */
export function addEstimate(
  sum: Usage | null,
  { read, written }: { read: number; written: number },
  { price, countsTokens }: ModelFacts,
): Usage | null {
  if (!countsTokens) return sum;
  if (written === 0) return sum && { ...sum, estimated: true };
  return { ...added(sum, toTokens(read), toTokens(written), price), estimated: true };
}

function added(sum: Usage | null, read: number, written: number, price: Price | null): Usage {
  const inputTokens = (sum?.inputTokens ?? 0) + read;
  const outputTokens = (sum?.outputTokens ?? 0) + written;
  const cost = price && (inputTokens * price.input + outputTokens * price.output) / million;
  return { ...sum, inputTokens, outputTokens, cost };
}

function toTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}
