/** What people call a language; the info string itself where it is none of these. */
export function languageLabel(name: string): string {
  return labels[aliases[name] ?? name] ?? (name || "Text");
}

/** The grammar's name for a language, or null where there is no grammar. */
export function grammarName(name: string): string | null {
  const grammar = aliases[name] ?? name;
  return grammar in labels ? grammar : null;
}

const aliases: Record<string, string> = {
  ts: "typescript",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  py: "python",
  python3: "python",
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  shellscript: "bash",
  console: "bash",
  yml: "yaml",
  md: "markdown",
  rs: "rust",
  golang: "go",
  "c++": "cpp",
  cs: "csharp",
  "c#": "csharp",
  rb: "ruby",
  kt: "kotlin",
  dockerfile: "docker",
  jsonc: "json",
  json5: "json",
  htm: "html",
  svg: "xml",
  patch: "diff",
  postgresql: "sql",
  postgres: "sql",
  ps1: "powershell",
};

const labels: Record<string, string> = {
  typescript: "TypeScript",
  tsx: "TSX",
  javascript: "JavaScript",
  jsx: "JSX",
  json: "JSON",
  html: "HTML",
  css: "CSS",
  xml: "XML",
  python: "Python",
  bash: "Shell",
  sql: "SQL",
  yaml: "YAML",
  toml: "TOML",
  markdown: "Markdown",
  rust: "Rust",
  go: "Go",
  java: "Java",
  kotlin: "Kotlin",
  swift: "Swift",
  c: "C",
  cpp: "C++",
  csharp: "C#",
  php: "PHP",
  ruby: "Ruby",
  lua: "Lua",
  r: "R",
  haskell: "Haskell",
  elixir: "Elixir",
  docker: "Dockerfile",
  diff: "Diff",
  powershell: "PowerShell",
  graphql: "GraphQL",
};
