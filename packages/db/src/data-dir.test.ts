import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDataDir } from "./data-dir.ts";
import { DataDirError } from "./errors.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "holdfast-data-dir-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

describe("openDataDir", () => {
  it("R-OPS-1: is .holdfast in the repository, and what the variable says from there", async () => {
    expect(await openDataDir(undefined, place)).toBe(join(place, ".holdfast"));
    expect(await openDataDir("a/b", place)).toBe(join(place, "a", "b"));
    expect(await openDataDir(join(place, "a"), "/nowhere")).toBe(join(place, "a"));
  });

  it("R-OPS-1: a folder that cannot be is refused in a sentence that names the variable", async () => {
    const file = join(place, "file");
    await writeFile(file, "");
    for (const folder of [file, join(file, "below"), "/proc/holdfast/below"]) {
      await expect(openDataDir(folder, place)).rejects.toThrow(DataDirError);
      await expect(openDataDir(folder, place)).rejects.toThrow(/^HOLDFAST_DATA_DIR must .*\.$/);
    }
  });

  it("R-OPS-1: where the repository cannot be written, data is kept at home", async () => {
    const repository = join(place, "file"); // no folder can be made below a file, by root neither
    vi.stubEnv("HOME", join(place, "home"));
    expect(await openDataDir(undefined, repository)).toBe(join(place, "home", ".holdfast"));
    vi.stubEnv("HOME", repository);
    await expect(openDataDir(undefined, repository)).rejects.toThrow(/^HOLDFAST_DATA_DIR must be set/);
    vi.unstubAllEnvs();
  });

  it.runIf(process.getuid?.() !== 0)("R-OPS-1: a folder that is there but may not be written is refused", async () => {
    const folder = join(place, "closed");
    await openDataDir(folder, place);
    await chmod(folder, 0o500);
    await expect(openDataDir(folder, place)).rejects.toThrow(/^HOLDFAST_DATA_DIR must/);
  });
});
