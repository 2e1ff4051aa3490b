import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { nothing, splitBlocks } from "./blocks";
import { Markdown } from "./markdown";

const sample = `# Heading one

Some **bold**, *italic*, ~~gone~~ and \`code\` with a [link](https://example.com/a?b=1&c=2).

- one
- two
  - nested **deep**
- [x] done
- [ ] to do

1. first
2. second

> a quote
> of two lines

| Name | Value |
|------|------:|
| a    | 1     |
| b    | \`2\` |

\`\`\`ts
const a = "**not bold**";
\`\`\`

Last words[^1] &amp; 5 < 6, $x^2$ and it costs $5 or $10.
`;

const formulas = String.raw`The sum $\sum_{i=1}^n a_i$, the product \(a_i * b_i * c\) and $$\frac{a_1}{b_1}$$ are:

$$
\sum_{i=1}^n a_i
+ \int_0^1 x^{2} dx
- b
$$

\[
\begin{aligned}
a_1 &= b \\[2pt]
&= c
\end{aligned}
\]

- first $x_1$ and $y_1$:
  $$
  a_1
  + b_1
  $$
- [with $x_1 * y$ in it](https://example.com)

Ages:
| Name | $a_1$ |
|------|------:|
| a    | \(b_1\) |

1. Here:

   | Name | Age |
   |---|---|
   | a | 1 |

Done.
`;

function render(text: string, streaming = false): string {
  return renderToStaticMarkup(<Markdown text={text} streaming={streaming} />);
}

function visibleText(markup: string): string {
  return markup.replace(/<[^>]*>/g, "");
}

const nestedLink = /<a\b(?:(?!<\/a>).)*<a\b/s;

describe("what an answer may render", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "text <b onclick=alert(1)>b</b> text",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/a)",
    "[x](/api/account/delete)",
    "[x](blob:https://evil.example/1)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/track.gif)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '[x](https://ok.example "title\\" onmouseover=alert(1)")',
    "[ref]\n\n[ref]: javascript:alert(1)",
    "\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<!-- --><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=https://evil.example><input name=p></form>",
    "$\\href{javascript:alert(1)}{x}$",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
  ];

  it.each(hostile)("R-SEC-8: renders nothing that runs or loads: %j", (text) => {
    for (const streaming of [false, true]) {
      const markup = render(text, streaming);
      expect(markup).not.toMatch(/<(script|img|svg|iframe|object|embed|style|form|link|meta|video|audio|base)\b/i);
      for (const [, href] of markup.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(https?:\/\/|mailto:)/);
      for (const [tag] of markup.matchAll(/<[a-z][^>]*>/gi)) {
        expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\s(on\w+|src|srcset|style|formaction|action)=/i);
      }
    }
  });

  it("opens links in a new tab that cannot reach back", () => {
    expect(render("[x](https://example.com)")).toContain('target="_blank" rel="noopener noreferrer"');
  });

  it("shows HTML as the text that it is", () => {
    expect(visibleText(render("a <b>c</b> d"))).toBe("a &lt;b&gt;c&lt;/b&gt; d");
  });

  it("survives absurd nesting", () => {
    const table = "| a | b |\n|---|---|\n";
    for (const text of [
      "- ".repeat(2_500) + table.repeat(250),
      "**a".repeat(3_000),
      ">".repeat(5_000),
      "- ".repeat(3_000),
      "[".repeat(5_000),
      "*".repeat(5_000),
      "**a ".repeat(2_000),
    ]) {
      expect(render(text, true).length).toBeGreaterThan(0);
      expect(render(text).length).toBeGreaterThan(0);
    }
  });
});

describe("markdown", () => {
  it("renders what models write", () => {
    const markup = render(sample);
    for (const part of [
      "<h2",
      "<strong>bold</strong>",
      "<em>italic</em>",
      "<del>gone</del>",
      "<ol",
      "<ul",
      "<blockquote",
      "<table",
      "<pre",
      'type="checkbox"',
    ])
      expect(markup).toContain(part);
    expect(markup).toContain("costs $5 or $10");
    expect(markup).toContain("&amp; 5 &lt; 6");
    expect(markup).toContain("Copy code");
    expect(markup).toContain("TypeScript");
  });

  it("R-WEB-1: puts no link into a link, which a browser would take apart", () => {
    const picture = "![badge](https://img.example/b.svg)";
    for (const text of [
      `[${picture}](https://example.com)`,
      `[**a *${picture}* ~~b~~**](https://example.com)`,
      "[![badge][i]][l]\n\n[i]: https://img.example/b.svg\n[l]: https://example.com/",
      `| a |\n|---|\n| [${picture}](https://example.com) |`,
      "[see <https://a.example> and https://b.example](https://example.com)",
      "[a [b](https://b.example) c](https://example.com)",
    ]) {
      for (const streaming of [false, true]) expect(render(text, streaming), text).not.toMatch(nestedLink);
    }
    expect(render(`[${picture}](https://example.com)`)).toMatch(
      /<a href="https:\/\/example.com\/"[^>]*><span[^>]*>Picture: badge<\/span><\/a>/,
    );
    expect(render(`[${picture}](javascript:x)`)).toContain('href="https://img.example/b.svg"');
  });

  it("R-MSG-6: reads the characters that an address names", () => {
    expect(render("[a](https://e.com/?a=1&amp;b=2 'x &amp; y')")).toContain(
      'href="https://e.com/?a=1&amp;b=2" title="x &amp; y"',
    );
    for (const text of [
      "https://e.com/?a=1&amp;b=2",
      "<https://e.com/?a=1&amp;b=2>",
      "![a](https://e.com/?a=1&amp;b=2)",
    ])
      expect(render(text)).toContain('href="https://e.com/?a=1&amp;b=2"');
  });

  it("gives text its own direction", () => {
    expect(render("שלום עולם")).toContain('dir="auto"');
  });

  it("R-MSG-6: gives lists, quotes and tables the direction of their words", () => {
    const markup = render("- שלום\n  - hello\n\n1. مرحبا\n\n> שלום\n\n| שם | 2 |\n|---|---|\n| a | 1 |");
    for (const part of ['<ul dir="rtl">', '<ul dir="ltr">', '<ol dir="rtl">', '<blockquote dir="rtl">'])
      expect(markup).toContain(part);
    expect(markup).toContain('<table dir="rtl"><thead><tr><th dir="rtl">שם</th><th>2</th>');
  });

  it("keeps every letter of a plain text", () => {
    const text = "Zwölf Boxkämpfer 👩‍👩‍👧 jagen\u200bViktor";
    expect(visibleText(render(text))).toBe(text);
  });
});

describe("while it is being written", () => {
  it("never shows half of its markup", () => {
    for (let end = 1; end <= sample.length; end++) {
      const text = visibleText(render(sample.slice(0, end), true).replace(/<pre.*?<\/pre>/gs, ""));
      expect(text, JSON.stringify(sample.slice(0, end))).not.toMatch(/\*\*|~~|`|\]\(|\|/);
    }
  }, 60_000);

  it("never shows half of a formula", () => {
    for (let end = 1; end <= formulas.length; end++) {
      const markup = render(formulas.slice(0, end), true);
      const text = visibleText(markup.replace(/<code.*?<\/code>/gs, ""));
      expect(text, JSON.stringify(formulas.slice(0, end))).not.toMatch(/[$_^*\\{}|]/);
      expect(markup, JSON.stringify(formulas.slice(0, end))).not.toMatch(/<(?:em|strong|del)>/);
    }
  });

  it.each([
    "$$\na\n+ b\n$$\n\nNext",
    "$$\na\n\nb\n$$\n\nNext",
    "\\[\na\n# b\n\\]\n\nNext",
    "a\n***b*** c",
    "- a\n**b** c",
    "a\n#b",
    "a\n| b |\n|-|c",
  ])("ends with %j as one, whatever its lines looked like", (text) => {
    let split = nothing;
    for (let end = 0; end <= text.length; end++) split = splitBlocks(split, text.slice(0, end), true);
    expect(splitBlocks(split, text, false).blocks).toEqual(splitBlocks(nothing, text, false).blocks);
  });

  it("ends as the whole text would have been rendered", () => {
    let split = nothing;
    for (let end = 0; end <= sample.length; end += 3) split = splitBlocks(split, sample.slice(0, end), true);
    split = splitBlocks(split, sample, false);
    const whole = splitBlocks(nothing, sample, false);
    expect(split.blocks).toEqual(whole.blocks);
  });

  it("keeps every letter after a formula's sign in the middle of a line", () => {
    for (const sign of ["\\\\[", "$$"]) {
      const text = `a${sign} and so on\n\nNext`;
      const split = splitBlocks(splitBlocks(nothing, text, true), text, false);
      expect(split.blocks.map(({ token }) => token.raw)).toEqual([`a${sign} and so on`, "Next"]);
    }
  });

  it("never touches a finished block again", () => {
    const first = splitBlocks(nothing, "one\n\ntwo\n\nthr", true);
    const second = splitBlocks(first, "one\n\ntwo\n\nthree\n\nfour", true);
    expect(second.blocks[0]).toBe(first.blocks[0]);
    expect(second.blocks[1]).toBe(first.blocks[1]);
    expect(second.blocks).toHaveLength(4);
  });

  it("starts over where the text is another one", () => {
    const first = splitBlocks(nothing, "one\n\ntwo\n\nthree", true);
    expect(splitBlocks(first, "other", true).blocks).toHaveLength(1);
  });

  it("takes a tag for text, which changes nothing of what follows", () => {
    const text = "<a href='x'>*\n\nhttps://example.com/ <pre>\n\n*b*";
    const markup = render(text);
    expect(markup).toContain('href="https://example.com/"');
    expect(markup).toContain("<em>b</em>");
    let split = nothing;
    for (const end of [20, 34, text.length]) split = splitBlocks(split, text.slice(0, end), true);
    expect(splitBlocks(split, text, false).blocks).toEqual(splitBlocks(nothing, text, false).blocks);
  });
});
