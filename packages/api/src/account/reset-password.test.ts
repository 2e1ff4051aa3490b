import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../dist/account/reset-password.js", import.meta.url));
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

function run(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const { PATH, HOME } = process.env;
  const options = { env: { PATH, HOME, DATABASE_URL: db.options.ownerUrl, ...env }, timeout: 30_000 };
  return promisify(execFile)(process.execPath, [script, "ada@example.com"], options).then(
    ({ stdout }) => ({ code: 0, said: stdout.trim() }),
    ({ code, stderr }) => ({ code, said: stderr.trim() }),
  );
}

describe("the command that resets a password", () => {
  it("R-OPS-1: without the secret of the servers, it says so and changes nothing that they stand on", async () => {
    const { code, said } = await run({ BETTER_AUTH_SECRET: "" });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^BETTER_AUTH_SECRET must be set where DATABASE_URL is.*$/),
    ]);
    await db.asRole("app"); // logs in as the servers do
  });

  it("R-SEC-2: gives a password to the account that there is, and to no other", async () => {
    const env = { BETTER_AUTH_SECRET: db.options.secret };
    expect(await run(env)).toEqual({ code: 1, said: "Nobody is registered as ada@example.com." });
    await db.sql("insert into users (name, email) values ('Ada', 'ada@example.com')");
    expect((await run(env)).said).toMatch(/^The new password of ada@example.com is\n\n {2}\S{16}\n/);
  });
});
