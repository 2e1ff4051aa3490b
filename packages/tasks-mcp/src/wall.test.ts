import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTasksServer, type TasksServer } from "./start-tasks-server.ts";
import { call, log, setStage } from "./testing/stage.ts";

const stage = setStage();

describe("R-SEC-5: the wall around the tools", () => {
  it("the role is refused on every table but tasks, for reading and for writing", async () => {
    const role = await stage.db.asRole("tasks");
    const tables = await stage.db.sql<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relname <> 'tasks'`,
    );
    const names = tables.map(({ name }) => name.replace("public.", ""));
    expect(names).toEqual(expect.arrayContaining(["conversations", "messages", "turns", "turn_chunks", "users"]));
    expect(names.length).toBeGreaterThan(8);
    for (const { name } of tables) {
      for (const statement of [
        `SELECT 1 FROM ${name}`,
        `DELETE FROM ${name}`,
        `INSERT INTO ${name} DEFAULT VALUES`,
        `TRUNCATE ${name}`,
      ]) {
        await expect(role.query(statement), statement).rejects.toMatchObject({ code: "42501" });
      }
    }
  });

  it("the role may run none of the functions that act past row-level security", async () => {
    const role = await stage.db.asRole("tasks");
    const functions = await stage.db.sql<{ oid: number; name: string }>(
      `SELECT p.oid::int AS oid, p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND p.prosecdef`,
    );
    for (const { oid, name } of functions) {
      const { rows } = await role.query("SELECT has_function_privilege($1::oid, 'EXECUTE') AS may", [oid]);
      expect(rows, name).toEqual([{ may: false }]);
    }
  });

  it("the role sees nothing without a user, and only that user's tasks with one", async () => {
    await call(await stage.clientOf(stage.bob), "add_task", { title: "Bob's" });
    const role = await stage.db.asRole("tasks");
    expect((await role.query("SELECT * FROM tasks")).rows).toEqual([]);
    await role.query("BEGIN");
    await role.query("SELECT set_config('app.user_id', $1, true)", [stage.bob]);
    const { rows } = await role.query("SELECT DISTINCT user_id FROM tasks");
    expect(rows).toEqual([{ user_id: stage.bob }]);
    await expect(
      role.query("INSERT INTO tasks (user_id, title) VALUES ($1, 'Planted')", [stage.ada]),
    ).rejects.toMatchObject({
      code: "42501",
    });
    await role.query("ROLLBACK");
  });

  it.each(["update_task", "complete_task", "reopen_task", "delete_task"])(
    "%s of another's task: there is no such task, and it stays as it was",
    async (name) => {
      const { task } = await call(await stage.clientOf(stage.bob), "add_task", { title: "Bob's own" });
      const before = await stage.rowsOf(stage.bob);
      const args = name === "update_task" ? { taskId: task?.id, title: "Taken" } : { taskId: task?.id };
      const client = await stage.clientOf(stage.ada);
      expect(await call(client, name, args)).toMatchObject({ failed: true, text: "There is no such task." });
      for (const taskId of [crypto.randomUUID(), "1", "'; DROP TABLE tasks; --"]) {
        expect(await call(client, name, { ...args, taskId })).toMatchObject({
          failed: true,
          text: "There is no such task.",
        });
      }
      expect(await stage.rowsOf(stage.bob)).toEqual(before);
    },
  );

  it.each(["userId", "user_id", "sub", "owner"])(
    "an argument %s is refused, and nothing is changed",
    async (argument) => {
      const before = [await stage.rowsOf(stage.ada), await stage.rowsOf(stage.bob)];
      const client = await stage.clientOf(stage.ada);
      expect(await call(client, "add_task", { title: "For Bob", [argument]: stage.bob })).toMatchObject({
        failed: true,
        text: expect.stringContaining(`there is no argument "${argument}"`),
      });
      expect(await call(client, "list_tasks", { [argument]: stage.bob })).toMatchObject({ failed: true });
      expect([await stage.rowsOf(stage.ada), await stage.rowsOf(stage.bob)]).toEqual(before);
    },
  );

  it("lists nothing of anybody else", async () => {
    await call(await stage.clientOf(stage.ada), "add_task", { title: "Ada's own" });
    await call(await stage.clientOf(stage.bob), "add_task", { title: "Bob's own" });
    const titles = (await call(await stage.clientOf(stage.ada), "list_tasks")).tasks?.map(({ title }) => title) ?? [];
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.join()).not.toContain("Bob");
  });

  describe("tokens", () => {
    const foreign = generateKeyPairSync("ed25519").privateKey;
    const claims = (
      key: Parameters<SignJWT["sign"]>[0],
      change: (jwt: SignJWT) => SignJWT = (jwt) => jwt,
      alg = "EdDSA",
    ) =>
      change(
        new SignJWT()
          .setProtectedHeader({ alg })
          .setIssuer("holdfast")
          .setAudience("tasks-mcp")
          .setSubject(stage.ada)
          .setIssuedAt()
          .setExpirationTime("60s"),
      ).sign(key);
    const own = generateKeyPairSync("ed25519");
    const publicKey = own.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const key = createPrivateKey(own.privateKey.export({ type: "pkcs8", format: "pem" }));
    let other: TasksServer;

    beforeAll(async () => {
      other = await startTasksServer({ databaseUrl: stage.db.urls.tasks, publicKey, log });
    });
    afterAll(() => other.stop());

    const status = async (token: string | null) => {
      const body = JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "list_tasks", arguments: {} },
      });
      const headers = {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...(token !== null && { authorization: `Bearer ${token}` }),
      };
      const response = await fetch(other.url, { method: "POST", headers, body });
      return { status: response.status, text: await response.text() };
    };
    const unsigned = () =>
      `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ sub: stage.ada, aud: "tasks-mcp", iss: "holdfast", exp: 9999999999 })).toString("base64url")}.`;

    it("accepts its own", async () => {
      expect((await status(await claims(key))).status).toBe(200);
    });

    it.each<[string, () => Promise<string | null>]>([
      ["none", async () => null],
      ["an empty one", async () => ""],
      ["one signed by another key", () => claims(foreign)],
      ["an expired one", () => claims(key, (jwt) => jwt.setExpirationTime(Math.floor(Date.now() / 1000) - 1))],
      [
        "one without an end",
        async () =>
          new SignJWT()
            .setProtectedHeader({ alg: "EdDSA" })
            .setIssuer("holdfast")
            .setAudience("tasks-mcp")
            .setSubject(stage.ada)
            .sign(key),
      ],
      ["one for the API", () => claims(key, (jwt) => jwt.setAudience("holdfast-api"))],
      ["one of another issuer", () => claims(key, (jwt) => jwt.setIssuer("elsewhere"))],
      ["one whose subject is no user's id", () => claims(key, (jwt) => jwt.setSubject("everybody"))],
      ["an unsigned one", async () => unsigned()],
      ["one signed by HMAC with the public key", () => claims(Buffer.from(publicKey, "base64"), undefined, "HS256")],
    ])("refuses %s", async (_, token) => {
      const answer = await status(await token());
      expect(answer.status).toBe(401);
      expect(answer.text).toContain("does not accept this token");
    });

    it("answers nothing but POST at /mcp", async () => {
      expect((await fetch(other.url)).status).toBe(405);
      expect((await fetch(new URL("/tasks", other.url))).status).toBe(404);
      const headers = { authorization: `Bearer ${await claims(key)}`, "content-type": "application/json" };
      expect((await fetch(other.url, { method: "POST", headers, body: "{" })).status).toBe(400);
    });
  });

  it.runIf(process.platform === "linux")("the process is given its own credentials and nothing else", async () => {
    process.env["A_SECRET_OF_THE_PARENT"] = "do not inherit";
    await stage.restart();
    const environment = (await readFile(`/proc/${stage.server.pid}/environ`, "utf8")).split("\0").filter(Boolean);
    expect(environment.map((entry) => entry.split("=")[0]).sort()).toEqual([
      "HOST",
      "PORT",
      "TASKS_DATABASE_URL",
      "TASKS_TOKEN_PUBLIC_KEY",
    ]);
    expect(environment).toContain(`TASKS_DATABASE_URL=${stage.db.urls.tasks}`);
  });

  it("what PostgreSQL says never reaches the model", async () => {
    const client = await stage.clientOf(stage.ada);
    const { task } = await call(client, "add_task", { title: "Stays" });
    await stage.db.sql("ALTER TABLE tasks RENAME TO tasks_elsewhere");
    try {
      for (const [name, args] of [
        ["list_tasks", {}],
        ["add_task", { title: "x" }],
        ["complete_task", { taskId: task?.id }],
      ] as const) {
        expect(await call(client, name, args)).toEqual({
          failed: true,
          text: "The task list is not available right now. Nothing was changed.",
        });
      }
    } finally {
      await stage.db.sql("ALTER TABLE tasks_elsewhere RENAME TO tasks");
    }
    expect((await call(client, "list_tasks")).failed).toBe(false);
  });
});
