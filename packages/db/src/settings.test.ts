import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "./errors.ts";
import { readDatabaseSettings as read } from "./settings.ts";

const url = "postgres://holdfast:p%40ss@127.0.0.1/holdfast";
const secret = "x".repeat(32);
const byHand = { APP_DATABASE_URL: `${url}?a`, AUTH_DATABASE_URL: `${url}?b`, TASKS_DATABASE_URL: `${url}?c` };

describe("the settings of the database", () => {
  it("R-OPS-1: are none where nothing is said, or nothing but blanks", () => {
    const none = { database: null, secret: null, dataDir: null };
    expect(read({})).toEqual(none);
    expect(read({ DATABASE_URL: "", BETTER_AUTH_SECRET: " ", HOLDFAST_DATA_DIR: "" })).toEqual(none);
  });

  it("R-OPS-1: want a secret beside DATABASE_URL, but in development", () => {
    expect(() => read({ DATABASE_URL: url })).toThrow(/^BETTER_AUTH_SECRET must be set where DATABASE_URL is/);
    expect(() => read({ DATABASE_URL: url, NODE_ENV: "production" })).toThrow(ConfigError);
    expect(read({ DATABASE_URL: url, BETTER_AUTH_SECRET: secret })).toMatchObject({
      database: { ownerUrl: url },
      secret,
    });
    expect(read({ DATABASE_URL: url, NODE_ENV: "development" }).secret).toBeNull();
  });

  it.each([
    "mysql://localhost/holdfast",
    "postgres://user:p%zz@127.0.0.1/holdfast",
    "postgres://%zz@127.0.0.1/holdfast",
    "postgres://user:password@127.0.0.1/%zz",
    "postgres://user:password@127.0.0.1:99999/holdfast",
  ])("R-OPS-1: name the address that can never be reached: %s", (value) => {
    for (const name of ["DATABASE_URL", "DIRECT_DATABASE_URL", ...Object.keys(byHand)]) {
      const env = { DATABASE_URL: url, BETTER_AUTH_SECRET: secret, ...byHand, [name]: value };
      expect(() => read(env)).toThrow(new RegExp(`^${name} must be a PostgreSQL address`));
    }
  });

  it("R-OPS-1: name a file of an address that cannot be read", async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-settings-"));
    const certificate = join(folder, "db.pem");
    const env = { DATABASE_URL: `${url}?sslmode=verify-full&sslrootcert=${certificate}`, BETTER_AUTH_SECRET: secret };
    expect(() => read(env)).toThrow(
      `DATABASE_URL must name files that can be read; ${certificate} cannot be (ENOENT).`,
    );
    await writeFile(certificate, "");
    expect(read(env).database?.ownerUrl).toBe(env.DATABASE_URL);
    await rm(folder, { recursive: true });
  });

  it("R-OPS-1: take the roles that were made by hand all together, and only with the database that they are of", () => {
    const env = { DATABASE_URL: url, BETTER_AUTH_SECRET: secret };
    const { APP_DATABASE_URL: app, AUTH_DATABASE_URL: auth, TASKS_DATABASE_URL: tasks } = byHand;
    expect(read({ ...env, ...byHand }).database?.servingUrls).toEqual({ app, auth, tasks });
    expect(() => read({ ...env, APP_DATABASE_URL: app })).toThrow(
      "AUTH_DATABASE_URL must be set where APP_DATABASE_URL is: all three roles are made by hand, or none.",
    );
    expect(() => read({ ...env, ...byHand, APP_DATABASE_URL: "" })).toThrow(
      /^APP_DATABASE_URL must be set where AUTH_D/,
    );
    expect(() => read(byHand)).toThrow("DATABASE_URL must be set where APP_DATABASE_URL is.");
    expect(() => read({ DIRECT_DATABASE_URL: url })).toThrow("DATABASE_URL must be set where DIRECT_DATABASE_URL is.");
  });
});
