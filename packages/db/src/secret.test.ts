import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOrCreateSecret } from "./secret.ts";

describe("the secret of the data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-secret-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("R-OPS-1: is made once, however many ask at once, and is its owner's only", async () => {
    const dataDir = join(folder, "data");
    const given = await Promise.all(Array.from({ length: 20 }, () => readOrCreateSecret(dataDir)));
    expect(new Set(given).size).toBe(1);
    expect(await readOrCreateSecret(dataDir)).toBe(given[0]);
    expect(await readdir(dataDir)).toEqual(["secret"]);
    expect((await readFile(join(dataDir, "secret"), "utf8")).trim()).toBe(given[0]);
    if (process.platform !== "win32") expect((await stat(join(dataDir, "secret"))).mode & 0o777).toBe(0o600);
  });

  it("R-OPS-1: is not made anew over a file that is empty, for what it signed would be void", async () => {
    await writeFile(join(folder, "secret"), "\n");
    await expect(readOrCreateSecret(folder)).rejects.toThrow("is empty");
  });
});
