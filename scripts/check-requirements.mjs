// Lists the requirements of docs/requirements.md that no test names, and the IDs in tests that are no requirement.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const idPattern = /R-[A-Z]+-\d+/g;
// The figures are rows of the benchmark: a test never asserts a time.
const isProof = (file) => /\.(test|spec)\.(ts|tsx|mjs)$/.test(file) || /^bench[\\/]src[\\/]rows[\\/]/.test(file);

const specification = await readFile(path.join(root, "docs/requirements.md"), "utf8");
const required = new Set([...specification.matchAll(/^\| (R-[A-Z]+-\d+)/gm)].map((match) => match[1]));
const named = new Map();
for (const folder of ["packages", "apps", "e2e", "bench", "docs"]) {
  for await (const file of filesIn(folder)) {
    if (!isProof(file)) continue;
    for (const [id] of (await readFile(path.join(root, file), "utf8")).matchAll(idPattern)) named.set(id, file);
  }
}

const unproven = [...required].filter((id) => !named.has(id));
const unknown = [...named.keys()].filter((id) => !required.has(id));
for (const id of unproven) console.error(`${id} is named by no test.`);
for (const id of unknown) console.error(`${id} in ${named.get(id)} is not in docs/requirements.md.`);
console.log(`${required.size - unproven.length} of ${required.size} requirements are named by a test.`);
process.exitCode = unproven.length + unknown.length > 0 ? 1 : 0;

async function* filesIn(folder) {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (["node_modules", "dist", ".next", "test-results"].includes(entry.name)) continue;
    if (entry.isDirectory()) yield* filesIn(file);
    else yield file;
  }
}
