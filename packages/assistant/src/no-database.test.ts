import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect, it } from "vitest";

it("R-SEC-6: the assistant has no way to a database: nothing that it depends on, at any depth, can reach one", () => {
  const reached = closureOf(path.resolve(import.meta.dirname, "../package.json"));
  expect([...reached.keys()]).toEqual(expect.arrayContaining(["@holdfast/contract", "zod", "eventsource-parser"]));
  for (const driver of ["pg", "postgres", "typeorm", "knex", "mysql2", "@holdfast/db", "@holdfast/api"]) {
    expect(reached.get(driver), `${driver} is reached by way of`).toBeUndefined();
  }
});

/** Every package that `manifest` depends on, directly or not, with the one that asks for it. */
function closureOf(manifest: string, reached = new Map<string, string>()): Map<string, string> {
  const { name, dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    if (reached.has(dependency)) continue;
    reached.set(dependency, name);
    const next = manifestOf(dependency, manifest);
    if (next) closureOf(next, reached);
  }
  return reached;
}

/** Looks where Node would, without the package's exports, which seldom name package.json. */
function manifestOf(dependency: string, from: string): string | null {
  for (const folder of createRequire(from).resolve.paths(dependency) ?? []) {
    const candidate = path.join(folder, dependency, "package.json");
    try {
      return realpathSync(candidate);
    } catch {
      // not in this folder
    }
  }
  return null;
}
