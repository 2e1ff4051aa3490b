import { Lexer, Marked, type Token, Tokenizer, type TokenizerAndRendererExtension, type Tokens } from "marked";
import { cjk, cjkPunctuation } from "./cjk";
import { displayFormula, formulasInLine, inlineFormula } from "./formulas";

export interface MathToken extends Tokens.Generic {
  type: "math";
  display: boolean;
  text: string;
}

const blockMath: TokenizerAndRendererExtension = {
  name: "math",
  level: "block",
  // At the next line's beginning: `source` itself begins within a line, which must not be broken there.
  start: (source) => {
    const lineEnd = source.search(/\n {0,3}(?:\$\$|\\\[)/);
    return lineEnd < 0 ? undefined : lineEnd + 1;
  },
  tokenizer(source) {
    const match = displayFormula.exec(source);
    if (match) return mathToken(match, true);
  },
};

const inlineMath: TokenizerAndRendererExtension = {
  name: "inlineMath",
  level: "inline",
  start: (source) => source.match(/\$|\\\(|\\\[/)?.index,
  tokenizer(source) {
    const match = inlineFormula.exec(source);
    if (match) return mathToken(match, /^(?:\$\$|\\\[)/.test(source));
  },
};

function mathToken([raw, ...groups]: RegExpExecArray, display: boolean): MathToken {
  return { type: "math", raw, display, text: groups.join("").trim() };
}

const marked = new Marked({ gfm: true, extensions: [blockMath, inlineMath] });

/** For each mark the lexer looks at all that follow: beyond any honest number in one paragraph it takes seconds. */
const mostMarks = 400;
let counted = { text: "", marks: 0 };

const beginsCjk = new RegExp(String.raw`^\**[${cjk}]`, "u");
const signsInCjk = new RegExp(String.raw`[${cjkPunctuation}]|[^\s*_~](?=[*~]+[${cjk}])`, "gu");
const addressBeforeSign = new RegExp(
  String.raw`^(?:(?:https?|ftp)://|www\.)[^\s<“”${cjkPunctuation}]*(?=[“”${cjkPunctuation}])`,
  "i",
);
const asLetters = (part: string) => "a".repeat(part.length);

marked.use({
  hooks: {
    // Where emphasis is looked for: not in formulas; and where words have no spaces, no sign tells which mark closes.
    emStrongMask: (text) => text.replace(formulasInLine, asLetters).replace(signsInCjk, asLetters),
  },
  tokenizer: {
    emStrong(source, text, before = "") {
      if (counted.text !== text) counted = { text, marks: text.match(/[*_]+/g)?.length ?? 0 };
      if (counted.marks > mostMarks) return undefined;
      // As if it stood at the beginning, where it opens before a sign, too. False: as it would be without us.
      const isCjk = source.startsWith("*") && before !== "*" && (beginsCjk.test(before) || beginsCjk.test(source));
      return isCjk && Tokenizer.prototype.emStrong.call(this, source, text);
    },
    // What goes on with no space after such a sign is the sentence that the address stands in.
    url(source) {
      const address = addressBeforeSign.exec(source)?.[0];
      return address !== undefined && Tokenizer.prototype.url.call(this, address);
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
