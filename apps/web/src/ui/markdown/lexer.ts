import { Lexer, Marked, type Token, type TokenizerAndRendererExtension, type Tokens } from "marked";

export interface MathToken extends Tokens.Generic {
  type: "math";
  display: boolean;
  text: string;
}

/** `$$…$$` and `\[…\]` on lines of their own. */
const blockMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "block",
  start: (source) => source.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
  tokenizer(source) {
    const match = /^ {0,3}(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/.exec(source);
    if (match) return { type: "math", raw: match[0], display: true, text: (match[1] ?? match[2] ?? "").trim() };
  },
};

/** `$…$` as people and models write it: "costs $5 and $10" is none. */
const inlineMath: TokenizerAndRendererExtension = {
  name: "inlineMath",
  level: "inline",
  start: (source) => source.match(/\$|\\\(|\\\[/)?.index,
  tokenizer(source) {
    const match =
      /^\$\$([^$\n]+?)\$\$/.exec(source) ??
      /^\$(?!\s)((?:[^$\n\\]|\\.)+?)(?<!\s)\$(?!\d)/.exec(source) ??
      /^\\\((.+?)\\\)/.exec(source) ??
      /^\\\[(.+?)\\\]/.exec(source);
    if (match) {
      const display = match[0].startsWith("$$") || match[0].startsWith("\\[");
      return { type: "math", raw: match[0], display, text: (match[1] ?? "").trim() };
    }
  },
};

const marked = new Marked({ gfm: true, extensions: [blockMath, inlineMath] });

/** Never throws: what the lexer cannot take (absurd nesting) is a paragraph of plain text. */
export function lex(source: string): Token[] {
  try {
    return new Lexer(marked.defaults).lex(source);
  } catch {
    return [{ type: "paragraph", raw: source, text: source, tokens: [{ type: "text", raw: source, text: source }] }];
  }
}
