import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./embedded/postmaster.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

const own = fileURLToPath(new URL("..", import.meta.url));
let db: TestDatabase;
/** A checkout of its own, so that its `.env` is nobody else's. */
let repository: string;

beforeAll(async () => {
  db = await openTestDatabase();
  repository = await mkdtemp(join(tmpdir(), "holdfast-checkout-"));
  const copy = join(repository, "packages/db");
  await mkdir(copy, { recursive: true });
  for (const part of ["dist", "package.json"]) await cp(join(own, part), join(copy, part), { recursive: true });
  await symlink(join(own, "node_modules"), join(copy, "node_modules"), "dir");
});

afterAll(async () => {
  await rm(repository, { recursive: true });
  await db.close();
});

/** Runs the command as an operator does. What it says, whether it fails or not. */
async function migrate(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const { PATH, HOME } = process.env;
  const script = join(repository, "packages/db/dist/migrate.js");
  const options = { env: { PATH, HOME, ...env }, timeout: 30_000 };
  return promisify(execFile)(process.execPath, [script], options).then(
    ({ stdout }) => ({ code: 0, said: stdout.trim() }),
    ({ code, stdout, stderr }) => ({ code, said: `${stdout}${stderr}`.trim() }),
  );
}

describe("a command of the operator", () => {
  it("R-OPS-2: without the secret of the servers, it says so and changes nothing that they stand on", async () => {
    const { code, said } = await migrate({ DATABASE_URL: db.options.ownerUrl, HOLDFAST_DATA_DIR: "data" });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^BETTER_AUTH_SECRET must be set where DATABASE_URL is.*$/),
    ]);
    expect((await migrate({ DATABASE_URL: db.options.ownerUrl, BETTER_AUTH_SECRET: "short" })).said).toMatch(
      /^BETTER_AUTH_SECRET must have at least 16 characters.*$/,
    );
    await db.asRole("app"); // logs in as the servers do
    expect(await readdir(repository)).toEqual(["packages"]);
  });

  it("R-OPS-7: says why a server cannot be reached", async () => {
    const address = new URL(db.options.ownerUrl);
    address.port = String(await freePort());
    const { code, said } = await migrate({ DATABASE_URL: address.href, BETTER_AUTH_SECRET: db.options.secret });
    expect([code, said]).toEqual([1, `The database cannot be reached: connect ECONNREFUSED ${address.host}.`]);
  });

  it("R-OPS-7: reads the repository's .env, as the server does; the environment comes first", async () => {
    const { ownerUrl, secret } = db.options;
    await writeFile(join(repository, ".env"), `DATABASE_URL=${ownerUrl}\nBETTER_AUTH_SECRET="${secret}"\n`);
    expect(await migrate({})).toEqual({ code: 0, said: "The database is up to date." });
    expect((await migrate({ DATABASE_URL: "nowhere" })).said).toMatch(/^DATABASE_URL must be a PostgreSQL address/);
    await rm(join(repository, ".env"));
    expect(await readdir(repository)).toEqual(["packages"]);
  });
});
