import type { LanguageFn } from "highlight.js";
import { createLowlight } from "lowlight";
import type { CodeRole, ColouredText } from "./code-block";
import { grammarName } from "./languages";

/** Beyond this, colours cost more elements than they are worth. */
const longestCode = 30_000;
/** Few enough that a slice stays well under a frame or two, so that typing never waits. */
const sliceLength = 4_000;

const lowlight = createLowlight();

type Tree = ReturnType<typeof lowlight.highlight>;
type TreeNode = Tree["children"][number];

/** The code in coloured pieces, or null where its language is not known. Works in slices between which the page breathes. */
export async function highlight(code: string, language: string, signal: AbortSignal): Promise<ColouredText[] | null> {
  const name = grammarName(language);
  if (!name || code.length > longestCode || !(await learn(name))) return null;
  const pieces: ColouredText[] = [];
  for (const slice of slicesOf(code)) {
    await idle();
    if (signal.aborted) return null;
    collect(lowlight.highlight(name, slice).children, null, pieces);
  }
  return pieces;
}

async function learn(name: string): Promise<boolean> {
  const load = grammars[name];
  if (!load) return false;
  if (lowlight.registered(name)) return true;
  // What is embedded in a language is coloured where its grammar is known too.
  for (const embedded of embeds[name] ?? []) await learn(embedded);
  const grammar = (await load()).default;
  lowlight.register(name, grammar);
  await idle();
  // The first use of a grammar compiles it: apart from the first slice, which is long enough by itself.
  lowlight.highlight(name, "");
  return true;
}

/** Cut before a line at the margin that follows a blank one: there hardly anything is still open. */
function* slicesOf(code: string): Generator<string> {
  let start = 0;
  while (code.length - start > sliceLength * 1.5) {
    const rest = code.slice(start + sliceLength, start + sliceLength * 2);
    const margin = /\n[ \t]*\n(?=\S)/.exec(rest) ?? /\n/.exec(rest);
    const end = margin ? start + sliceLength + margin.index + margin[0].length : start + sliceLength * 2;
    yield code.slice(start, end);
    start = end;
  }
  yield code.slice(start);
}

function collect(nodes: readonly TreeNode[], role: CodeRole | null, pieces: ColouredText[]): void {
  for (const node of nodes) {
    if (node.type === "text") append(pieces, node.value, role);
    else if (node.type === "element") collect(node.children, roleOf(node.properties["className"], role), pieces);
  }
}

/** What stands inside another has the outer one's colour where it has none of its own; what is inserted has its own. */
function roleOf(className: unknown, outer: CodeRole | null): CodeRole | null {
  const scope = Array.isArray(className) ? String(className[0]).replace(/^hljs-/, "") : "";
  return scope === "subst" ? null : (roles[scope] ?? outer);
}

/** Neighbours of one colour are one piece: half the elements. */
function append(pieces: ColouredText[], text: string, role: CodeRole | null): void {
  const last = pieces.at(-1);
  if (last && (last.role === role || text.trim() === "")) last.text += text;
  else pieces.push({ text, role });
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 16);
  });
}

/** A few quiet colours: what is not here has the text's own. */
const roles: Record<string, CodeRole> = {
  keyword: "keyword",
  built_in: "keyword",
  tag: "keyword",
  name: "keyword",
  "selector-tag": "keyword",
  section: "keyword",
  doctag: "keyword",
  bullet: "keyword",
  string: "string",
  regexp: "string",
  link: "string",
  number: "string",
  literal: "string",
  symbol: "string",
  code: "string",
  comment: "comment",
  quote: "comment",
  meta: "comment",
  addition: "inserted",
  deletion: "deleted",
};

const embeds: Record<string, readonly string[]> = {
  html: ["javascript", "css"],
  jsx: ["xml"],
  tsx: ["xml"],
  markdown: ["xml"],
  php: ["xml"],
};

/** Each loads with the first block that is written in it. */
const grammars: Record<string, () => Promise<{ default: LanguageFn }>> = {
  typescript: () => import("highlight.js/lib/languages/typescript"),
  tsx: () => import("highlight.js/lib/languages/typescript"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  jsx: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  html: () => import("highlight.js/lib/languages/xml"),
  css: () => import("highlight.js/lib/languages/css"),
  xml: () => import("highlight.js/lib/languages/xml"),
  python: () => import("highlight.js/lib/languages/python"),
  bash: () => import("highlight.js/lib/languages/bash"),
  sql: () => import("highlight.js/lib/languages/sql"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
  toml: () => import("highlight.js/lib/languages/ini"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  rust: () => import("highlight.js/lib/languages/rust"),
  go: () => import("highlight.js/lib/languages/go"),
  java: () => import("highlight.js/lib/languages/java"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  swift: () => import("highlight.js/lib/languages/swift"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  php: () => import("highlight.js/lib/languages/php"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  lua: () => import("highlight.js/lib/languages/lua"),
  r: () => import("highlight.js/lib/languages/r"),
  haskell: () => import("highlight.js/lib/languages/haskell"),
  elixir: () => import("highlight.js/lib/languages/elixir"),
  docker: () => import("highlight.js/lib/languages/dockerfile"),
  diff: () => import("highlight.js/lib/languages/diff"),
  powershell: () => import("highlight.js/lib/languages/powershell"),
  graphql: () => import("highlight.js/lib/languages/graphql"),
};
