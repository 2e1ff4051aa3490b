import { createCssVariablesTheme, createHighlighterCore, type GrammarState, type LanguageInput } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { ColouredText } from "./code-block";
import { grammarName } from "./languages";

/** Beyond this, colours cost more elements than they are worth. */
const longestCode = 30_000;
/** Few enough that a slice stays well under a frame or two, so that typing never waits. */
const linesAtOnce = 4;

const theme = createCssVariablesTheme({ name: "holdfast", variablePrefix: "--code-" });

const highlighter = createHighlighterCore({
  themes: [theme],
  langs: [],
  // Regular expressions of the browser's own: the other engine is WebAssembly, which the CSP refuses.
  engine: createJavaScriptRegexEngine({ forgiving: true }),
});

/** The code in coloured pieces, or null where its language is not known. Works in slices between which the page breathes. */
export async function highlight(code: string, language: string, signal: AbortSignal): Promise<ColouredText[] | null> {
  const name = grammarName(language);
  const load = name ? grammars[name] : undefined;
  if (!name || !load || code.length > longestCode) return null;
  await quiet(signal);
  const shiki = await highlighter;
  if (!shiki.getLoadedLanguages().includes(name)) await shiki.loadLanguage(load);
  const lines = code.split("\n");
  const pieces: ColouredText[] = [];
  let grammarState: GrammarState | undefined;
  for (let start = 0; start < lines.length; start += linesAtOnce) {
    await idle();
    if (signal.aborted) return null;
    const slice = lines.slice(start, start + linesAtOnce).join("\n");
    // Without a limit of time: a slow machine would get half of its colours.
    const result = shiki.codeToTokens(slice, {
      lang: name,
      theme: "holdfast",
      tokenizeTimeLimit: 0,
      ...(grammarState && { grammarState }),
    });
    grammarState = result.grammarState;
    if (start > 0) append(pieces, "\n", null);
    result.tokens.forEach((line, index) => {
      if (index > 0) append(pieces, "\n", null);
      for (const token of line) append(pieces, token.content, colourOf(token.color));
    });
  }
  return pieces;
}

function colourOf(color: string | undefined): string | null {
  return !color || color === "var(--code-foreground)" ? null : color;
}

/** Neighbours of one colour are one piece: half the elements. */
function append(pieces: ColouredText[], text: string, color: string | null): void {
  const last = pieces.at(-1);
  if (last && (last.color === color || text.trim() === "")) last.text += text;
  else pieces.push({ text, color });
}

/** The first words of a language take long to read: not while an answer is being written. */
async function quiet(signal: AbortSignal): Promise<void> {
  while (!signal.aborted && document.querySelector("article[aria-busy=true]")) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: 500 });
    else setTimeout(resolve, 16);
  });
}

const grammars: Record<string, LanguageInput> = {
  typescript: () => import("shiki/langs/typescript.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  bash: () => import("shiki/langs/bash.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  r: () => import("shiki/langs/r.mjs"),
  haskell: () => import("shiki/langs/haskell.mjs"),
  elixir: () => import("shiki/langs/elixir.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  powershell: () => import("shiki/langs/powershell.mjs"),
  graphql: () => import("shiki/langs/graphql.mjs"),
};
