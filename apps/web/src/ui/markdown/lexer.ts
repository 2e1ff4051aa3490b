import { Lexer, Marked, type Token, Tokenizer, type TokenizerAndRendererExtension, type Tokens } from "marked";

export interface MathToken extends Tokens.Generic {
  type: "math";
  display: boolean;
  text: string;
}

/** `$$…$$` and `\[…\]` on lines of their own. */
const blockMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "block",
  // At the next line's beginning: `source` itself begins within a line, which must not be broken there.
  start: (source) => {
    const lineEnd = source.search(/\n {0,3}(?:\$\$|\\\[)/);
    return lineEnd < 0 ? undefined : lineEnd + 1;
  },
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

/** For each mark the lexer looks at all that follow: beyond any honest number in one paragraph it takes seconds. */
const mostMarks = 400;
let counted = { text: "", marks: 0 };
marked.use({
  tokenizer: {
    emStrong(_source, text) {
      if (counted.text !== text) counted = { text, marks: text.match(/[*_]+/g)?.length ?? 0 };
      return counted.marks > mostMarks ? undefined : false; // false: as it would be without us
    },
    // A tag is text here, and opens nothing: to the lexer an `<a>` would hold all that follows, paragraphs later too.
    tag(source) {
      const { inLink, inRawBlock } = this.lexer.state;
      const token = Tokenizer.prototype.tag.call(this, source);
      Object.assign(this.lexer.state, { inLink, inRawBlock });
      return token;
    },
  },
});

/** Quotes and lists within each other, begun on one line. The lexer reads the rest again for each of them. */
const absurdNesting = /^[ \t]*(?:>[ \t]*|(?:[-*+]|\d{1,9}[.)])[ \t]+){100}/m;

/** Never throws, and ends: what the lexer cannot take (absurd nesting) is a paragraph of plain text. */
export function lex(source: string): Token[] {
  if (absurdNesting.test(source)) return asTyped(source);
  try {
    return new Lexer(marked.defaults).lex(source);
  } catch {
    return asTyped(source);
  }
}

function asTyped(source: string): Token[] {
  return [{ type: "paragraph", raw: source, text: source, tokens: [{ type: "text", raw: source, text: source }] }];
}
