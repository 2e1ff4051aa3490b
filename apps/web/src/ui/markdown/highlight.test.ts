import { describe, expect, it } from "vitest";
import { highlight } from "./highlight";

const samples: [language: string, code: string, role: string, text: string][] = [
  ["ts", 'const a: string = "b"; // why', "keyword", "const"],
  ["ts", 'const a: string = "b"; // why', "string", '"b"'],
  ["ts", 'const a: string = "b"; // why', "comment", "// why"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is coloured
  ["ts", "const a = `b ${c} d`;", "string", "`b "],
  ["tsx", "return <p className='x'>{text}</p>;", "keyword", "return"],
  ["jsx", "return <p className='x'>{text}</p>;", "keyword", "return"],
  ["js", "let a = 1;", "keyword", "let"],
  ["json", '{ "a": "b" }', "string", '"b"'],
  ["html", "<p>a</p><script>let a = 1; // why</script>", "comment", "// why"],
  ["css", "/* a */ p { color: red; }", "comment", "/* a */"],
  ["xml", "<!-- a --><b/>", "comment", "<!-- a -->"],
  ["py", "def a():\n  return 1", "keyword", "def"],
  ["sh", 'if true; then echo "a"; fi', "string", '"a"'],
  ["sql", "select a from b -- why", "keyword", "select"],
  ["yml", "a: b # why", "comment", "# why"],
  ["toml", 'a = "b" # why', "comment", "# why"],
  ["md", "> a quote", "comment", "> a quote"],
  ["rs", "fn main() {}", "keyword", "fn"],
  ["go", "func main() {}", "keyword", "func"],
  ["java", "class A {}", "keyword", "class"],
  ["kt", "fun main() {}", "keyword", "fun"],
  ["swift", "func a() {}", "keyword", "func"],
  ["c", "return 0; // why", "comment", "// why"],
  ["c++", "return 0; // why", "comment", "// why"],
  ["c#", "return 0; // why", "comment", "// why"],
  ["php", "<?php echo 'a'; // why", "comment", "// why"],
  ["rb", "def a; end", "keyword", "def"],
  ["lua", "local a = 1", "keyword", "local"],
  ["r", "a <- 1 # why", "comment", "# why"],
  ["haskell", "a = 1 -- why", "comment", "-- why"],
  ["elixir", "def a, do: 1", "keyword", "def"],
  ["dockerfile", "FROM node:20", "keyword", "FROM"],
  ["diff", "-old\n+new", "inserted", "+new"],
  ["diff", "-old\n+new", "deleted", "-old"],
  ["ps1", "# why\nGet-Item a", "comment", "# why"],
  ["graphql", "query A { b }", "keyword", "query"],
];

describe("the colours of code", () => {
  it.each(samples)("%s: %j has a %s %j, and keeps every letter", async (language, code, role, text) => {
    const pieces = (await highlight(code, language, new AbortController().signal)) ?? [];
    expect(pieces.map((piece) => piece.text).join("")).toBe(code);
    expect(pieces.find((piece) => piece.role === role && piece.text.trim().startsWith(text.trim()))).toBeDefined();
  });

  it("keeps every letter of code that is coloured in slices", async () => {
    const code = Array.from({ length: 400 }, (_, n) => `function f${n}() {\n  return "${n}";\n}\n`).join("\n");
    const pieces = (await highlight(code, "js", new AbortController().signal)) ?? [];
    expect(pieces.map((piece) => piece.text).join("")).toBe(code);
    expect(pieces.filter((piece) => piece.role === "string")).toHaveLength(400);
  });

  it("leaves alone what it does not know, and what is too long", async () => {
    const { signal } = new AbortController();
    expect(await highlight("a", "brainfuck", signal)).toBeNull();
    expect(await highlight("a", "__proto__", signal)).toBeNull();
    expect(await highlight("a ".repeat(20_000), "js", signal)).toBeNull();
  });
});
