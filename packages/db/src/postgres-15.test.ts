import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, chmod, chown, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { run } from "./embedded/commands.ts";
import { freePort, startPostmaster, stopPostmaster } from "./embedded/postmaster.ts";

/** The oldest version that is supported, where the system has it. */
const bin = "/usr/lib/postgresql/15/bin";
const binaries = { initdb: join(bin, "initdb"), pgCtl: join(bin, "pg_ctl"), postgres: join(bin, "postgres") };
const nobody = { uid: 65_534, gid: 65_534 };
const user = process.getuid?.() === 0 ? nobody : null;

describe.skipIf(!existsSync(binaries.initdb))(`PostgreSQL 15 (skipped unless ${bin} is there)`, () => {
  let folder: string;
  let port: number;
  const place = () => ({ folder, user });
  const url = (role: string, database: string) => `postgres://${role}:pw@127.0.0.1:${port}/${database}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(await realpath(tmpdir()), "holdfast-pg15-"));
    await chmod(folder, 0o700);
    if (user) await chown(folder, user.uid, user.gid);
    port = await freePort();
    const data = join(folder, "data");
    const made = await run(
      binaries.initdb,
      ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
      place(),
    );
    expect(made).toMatchObject({ code: 0 });
    const [key, certificate] = [join(data, "server.key"), join(data, "server.crt")];
    const names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"];
    const signed = await run(
      "openssl",
      ["req", "-new", "-x509", "-nodes", ...names, "-out", certificate, "-keyout", key],
      place(),
    );
    expect(signed).toMatchObject({ code: 0 });
    await appendFile(
      join(data, "postgresql.conf"),
      "listen_addresses='127.0.0.1'\nunix_socket_directories=''\nfsync=off\nssl=on\n",
    );
    expect(await startPostmaster(data, port, place(), binaries)).toBeNull();
    const client = new Client({ connectionString: url("postgres", "postgres") });
    await client.connect();
    await client.query("CREATE ROLE plain LOGIN CREATEROLE");
    await client.query("CREATE DATABASE plain OWNER plain");
    await client.query("CREATE DATABASE super");
    await client.end();
  });

  afterAll(async () => {
    await stopPostmaster(join(folder, "data"), place(), binaries);
    await rm(folder, { recursive: true, force: true });
  });

  it("R-OPS-1: a certificate that nobody vouches for is said, not waited for; a named one is taken", async () => {
    const ownerUrl = url("postgres", "postgres");
    for (const mode of ["require", "verify-full"]) {
      await expect(openDatabase({ ownerUrl: `${ownerUrl}?sslmode=${mode}`, secret: "s" })).rejects.toThrow(
        /^DATABASE_URL asks for TLS that the server does not offer: self-signed certificate/,
      );
    }
    const trusting = `${url("plain", "plain")}?sslmode=verify-full&sslrootcert=${join(folder, "data", "server.crt")}`;
    await (await openDatabase({ ownerUrl: trusting, secret: "s" })).close();
  });

  it.each([
    ["an owner who may make roles", "plain", "plain"],
    ["a superuser", "postgres", "super"],
  ])("R-OPS-1: serves a database of %s", async (_, role, database) => {
    const db = await openDatabase({ ownerUrl: url(role, database), secret: "s" });
    const owner = new Client({ connectionString: url(role, database) });
    await owner.connect();
    const userId = randomUUID();
    await owner.query("INSERT INTO users (id, email, name) VALUES ($1, 'a@example.com', 'A')", [userId]);
    await owner.end();
    const store = db.forUser(userId);
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    const { turn } = await store.startTurn({ turnId, prompt: "Hello there", model: "m", title: "t", runner });
    const events = [{ type: "text" as const, step: 0, delta: "Hi" }];
    const { conversationId } = turn;
    await db.runners.appendChunks(runner, [{ userId, conversationId, turnId, seq: 1, events }]);
    expect((await store.findTurn(turnId)).steps).toEqual([{ content: "Hi", toolCalls: [] }]);
    const end = {
      status: "completed" as const,
      steps: [{ content: "Hi you", toolCalls: [] }],
      usage: null,
      cut: false,
    };
    expect(await db.runners.finishTurn({ userId, turnId, runner }, end)).toBe(true);
    expect(await store.search("hello", 5)).toHaveLength(1);
    expect(await db.forUser(randomUUID()).runningTurns()).toEqual([]);
    await expect(db.forUser(randomUUID()).findConversation(conversationId)).rejects.toThrow("somebody else");
    await db.runners.sweep();
    expect(await db.deleteUser(userId)).toBe(true);
    await db.close();
  });
});
