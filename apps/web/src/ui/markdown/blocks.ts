import type { Token } from "marked";
import { lex } from "./lexer";
import { repair } from "./repair";

export interface Block {
  token: Token;
  /** False only for the last block of a text that is still being written. */
  complete: boolean;
}

/** A text in blocks, with what the next, longer text needs to be split from where this one ended. */
export interface SplitText {
  source: string;
  /** Up to where `finished` reaches in `source`. */
  finishedLength: number;
  finished: readonly Block[];
  hasDefinitions: boolean;
  blocks: readonly Block[];
}

export const nothing: SplitText = { source: "", finishedLength: 0, finished: [], hasDefinitions: false, blocks: [] };

/**
 * Splits `text` into blocks, reusing those of `previous` that cannot change any more: they are the same objects, so
 * that a block which is finished never renders again. Only the last block of a growing text is read anew.
 */
export function splitBlocks(previous: SplitText, text: string, streaming: boolean): SplitText {
  const source = text.replace(/\r\n?/g, "\n");
  const grown = source.startsWith(previous.source.slice(0, previous.finishedLength));
  // A definition may stand anywhere and changes links everywhere: the finished text is read once as a whole.
  const from = grown && (streaming || !previous.hasDefinitions) ? previous : nothing;
  const rest = source.slice(from.finishedLength);
  const tokens = lex(rest);
  const lastIndex = tokens.findLastIndex((token) => token.type !== "space");
  const finished = [...from.finished];
  let finishedLength = from.finishedLength;
  for (const token of tokens.slice(0, Math.max(lastIndex, 0))) {
    finishedLength += token.raw.length;
    if (token.type !== "space") finished.push({ token, complete: true });
  }
  const hasDefinitions = from.hasDefinitions || tokens.some((token) => token.type === "def");
  return {
    source,
    finishedLength,
    finished,
    hasDefinitions,
    blocks: [...finished, ...lastBlocks(tokens[lastIndex], streaming)],
  };
}

function lastBlocks(last: Token | undefined, streaming: boolean): Block[] {
  if (!last) return [];
  if (!streaming) return [{ token: last, complete: true }];
  return lex(repair(last.raw.trimEnd()))
    .filter((token) => token.type !== "space")
    .map((token) => ({ token, complete: false }));
}
