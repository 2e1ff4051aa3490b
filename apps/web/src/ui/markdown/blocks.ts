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
  /** Something of it may change what is finished: a definition, or a formula that goes on over an empty line. */
  reachesBack: boolean;
  blocks: readonly Block[];
}

export const nothing: SplitText = { source: "", finishedLength: 0, finished: [], reachesBack: false, blocks: [] };

/**
 * Splits `text` into blocks, reusing those of `previous` that cannot change any more: they are the same objects, so
 * that a block which is finished never renders again. Only the last block of a growing text is read anew.
 */
export function splitBlocks(previous: SplitText, text: string, streaming: boolean): SplitText {
  const source = text.replace(/\r\n?/g, "\n");
  const grown = source.startsWith(previous.source.slice(0, previous.finishedLength));
  // A definition may stand anywhere and changes links everywhere: the finished text is read once as a whole.
  const from = grown && (streaming || !previous.reachesBack) ? previous : nothing;
  const rest = source.slice(from.finishedLength);
  const tokens = lex(rest);
  const unfinished = firstUnfinished(tokens);
  const finished = [...from.finished];
  let finishedLength = from.finishedLength;
  let reachesBack = from.reachesBack || tokens.some((token) => token.type === "def");
  for (const token of tokens.slice(0, unfinished)) {
    finishedLength += token.raw.length;
    reachesBack ||= mayOpenFormula(token);
    if (token.type !== "space") finished.push({ token, complete: true });
  }
  return {
    source,
    finishedLength,
    finished,
    reachesBack,
    blocks: [...finished, ...lastBlocks(tokens.slice(unfinished), streaming)],
  };
}

/**
 * The last block, with what right before it may be one with it after all: an open formula, of which a line that begins
 * with a plus looks like a list for now; and what would go on over a line that is only begun: a rule may become bold.
 */
function firstUnfinished(tokens: readonly Token[]): number {
  const last = tokens.findLastIndex((token) => token.type !== "space");
  const first = tokens.findLastIndex((token, index) => index < last && token.type === "space") + 1;
  const formula = tokens.findIndex((token, index) => index >= first && index < last && mayOpenFormula(token));
  if (formula !== -1) return formula;
  const isBegun = /^[^\n]*\n?[^\n]*$/.test(tokens[last]?.raw ?? "");
  const goesOn = /^(?:paragraph|list|blockquote|table)$/.test(tokens[last - 1]?.type ?? "");
  return Math.max(isBegun && goesOn ? last - 1 : last, 0);
}

function mayOpenFormula(token: Token): boolean {
  return token.type === "paragraph" && /^ {0,3}(?:\$\$|\\\[)/m.test(token.raw);
}

function lastBlocks(tokens: readonly Token[], streaming: boolean): Block[] {
  const last = streaming
    ? lex(
        repair(
          tokens
            .map((token) => token.raw)
            .join("")
            .trimEnd(),
        ),
      )
    : tokens;
  return last.filter((token) => token.type !== "space").map((token) => ({ token, complete: !streaming }));
}
