import { execFile, spawn } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Task } from "@holdfast/contract";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTasksServer, type TasksServer, tasksMcpEntry } from "./start-tasks-server.ts";
import { createTaskTokens } from "./tokens.ts";

const log = { info: () => undefined, warn: () => undefined };
const tokens = createTaskTokens();
const clients: Client[] = [];
let db: TestDatabase;
let server: TasksServer;
let ada: string;
let bob: string;

beforeAll(async () => {
  db = await openTestDatabase();
  ada = (await createTestUser(db)).id;
  bob = (await createTestUser(db)).id;
  server = await startTasksServer({ databaseUrl: db.urls.tasks, publicKey: tokens.publicKey, log });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await server?.stop();
  await db?.close();
});

async function connect(token: () => Promise<string>): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const withToken: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${await token()}`);
    return fetch(input, { ...init, headers });
  };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { fetch: withToken }));
  clients.push(client);
  return client;
}

const clientOf = (userId: string) => connect(() => tokens.mint(userId));

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { isError = false, structuredContent, content } = await client.callTool({ name, arguments: args });
  const data = (structuredContent ?? {}) as { task?: Task; tasks?: Task[]; deleted?: Task; total?: number };
  return { failed: isError, text: (content as { text: string }[])[0]?.text ?? "", ...data };
}

const rowsOf = (userId: string) => db.sql("SELECT * FROM tasks WHERE user_id = $1 ORDER BY created_at, id", [userId]);

describe("R-TASK-2: the task tools", () => {
  it("offers six, with whose tasks in none of their arguments", async () => {
    const { tools } = await (await clientOf(ada)).listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      "add_task",
      "list_tasks",
      "update_task",
      "complete_task",
      "reopen_task",
      "delete_task",
    ]);
    for (const { inputSchema } of tools) {
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(JSON.stringify(inputSchema)).not.toMatch(/user/iu);
    }
  });

  it("adds, lists, changes, completes, reopens and deletes", async () => {
    const user = (await createTestUser(db)).id;
    const client = await clientOf(user);
    const { task } = await call(client, "add_task", { title: "  Buy milk ", description: "Two litres 🥛" });
    expect(task).toMatchObject({ title: "Buy milk", description: "Two litres 🥛", completed: false });
    const taskId = task?.id;
    await call(client, "add_task", { title: "Call mum", description: null });
    expect((await call(client, "complete_task", { taskId })).task?.completed).toBe(true);
    const all = await call(client, "list_tasks");
    expect(all.tasks?.map(({ title }) => title)).toEqual(["Call mum", "Buy milk"]);
    expect(all.total).toBe(2);
    expect((await call(client, "list_tasks", { status: "open" })).tasks?.map(({ title }) => title)).toEqual([
      "Call mum",
    ]);
    expect((await call(client, "list_tasks", { status: "completed" })).tasks?.map(({ title }) => title)).toEqual([
      "Buy milk",
    ]);
    expect((await call(client, "reopen_task", { taskId })).task?.completed).toBe(false);
    expect((await call(client, "update_task", { taskId, title: "Buy oat milk" })).task).toMatchObject({
      title: "Buy oat milk",
      description: "Two litres 🥛",
    });
    expect((await call(client, "delete_task", { taskId })).deleted?.id).toBe(taskId);
    expect((await rowsOf(user)).map((row) => row["title"])).toEqual(["Call mum"]);
  });

  it("R-TASK-3: other processes hear of a change", async () => {
    const heard = new Promise<void>((resolve) => {
      db.notices.subscribe((notice) => {
        if (notice.type === "tasks" && notice.userId === ada) resolve();
      });
    });
    await call(await clientOf(ada), "add_task", { title: "Heard" });
    await heard;
  });

  it.each([
    ["add_task", { title: " \n" }, /title: must not be empty/u],
    ["add_task", { title: "x".repeat(501) }, /at most 500/u],
    ["add_task", { title: "a\u0000b" }, /must not contain U\+0000/u],
    ["add_task", {}, /title/u],
    ["add_task", { title: "x", description: "y".repeat(5001) }, /at most 5,000/u],
    ["list_tasks", { status: "secret" }, /status/u],
    ["update_task", { taskId: crypto.randomUUID() }, /what is to change/u],
    ["complete_task", { taskId: 7 }, /taskId/u],
    ["drop_tables", {}, /no tool named/u],
  ])("%s refuses %j in plain words", async (name, args, words) => {
    const before = await rowsOf(ada);
    const { failed, text } = await call(await clientOf(ada), name, args);
    expect(failed).toBe(true);
    expect(text).toMatch(words);
    expect(await rowsOf(ada)).toEqual(before);
  });
});

describe("R-SEC-5: the wall around the tools", () => {
  it("the role is refused on every table but tasks, for reading and for writing", async () => {
    const role = await db.asRole("tasks");
    const tables = await db.sql<{ name: string }>(
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
    const role = await db.asRole("tasks");
    const functions = await db.sql<{ oid: number; name: string }>(
      `SELECT p.oid::int AS oid, p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND p.prosecdef`,
    );
    for (const { oid, name } of functions) {
      const { rows } = await role.query("SELECT has_function_privilege($1::oid, 'EXECUTE') AS may", [oid]);
      expect(rows, name).toEqual([{ may: false }]);
    }
  });

  it("the role sees nothing without a user, and only that user's tasks with one", async () => {
    await call(await clientOf(bob), "add_task", { title: "Bob's" });
    const role = await db.asRole("tasks");
    expect((await role.query("SELECT * FROM tasks")).rows).toEqual([]);
    await role.query("BEGIN");
    await role.query("SELECT set_config('app.user_id', $1, true)", [bob]);
    const { rows } = await role.query("SELECT DISTINCT user_id FROM tasks");
    expect(rows).toEqual([{ user_id: bob }]);
    await expect(role.query("INSERT INTO tasks (user_id, title) VALUES ($1, 'Planted')", [ada])).rejects.toMatchObject({
      code: "42501",
    });
    await role.query("ROLLBACK");
  });

  it.each(["update_task", "complete_task", "reopen_task", "delete_task"])(
    "%s of another's task: there is no such task, and it stays as it was",
    async (name) => {
      const { task } = await call(await clientOf(bob), "add_task", { title: "Bob's own" });
      const before = await rowsOf(bob);
      const args = name === "update_task" ? { taskId: task?.id, title: "Taken" } : { taskId: task?.id };
      const client = await clientOf(ada);
      expect(await call(client, name, args)).toMatchObject({ failed: true, text: "There is no such task." });
      for (const taskId of [crypto.randomUUID(), "1", "'; DROP TABLE tasks; --"]) {
        expect(await call(client, name, { ...args, taskId })).toMatchObject({
          failed: true,
          text: "There is no such task.",
        });
      }
      expect(await rowsOf(bob)).toEqual(before);
    },
  );

  it.each(["userId", "user_id", "sub", "owner"])(
    "an argument %s is refused, and nothing is changed",
    async (argument) => {
      const before = [await rowsOf(ada), await rowsOf(bob)];
      const client = await clientOf(ada);
      expect(await call(client, "add_task", { title: "For Bob", [argument]: bob })).toMatchObject({
        failed: true,
        text: expect.stringContaining(`there is no argument "${argument}"`),
      });
      expect(await call(client, "list_tasks", { [argument]: bob })).toMatchObject({ failed: true });
      expect([await rowsOf(ada), await rowsOf(bob)]).toEqual(before);
    },
  );

  it("lists nothing of anybody else", async () => {
    const titles = (await call(await clientOf(ada), "list_tasks")).tasks?.map(({ title }) => title) ?? [];
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
          .setSubject(ada)
          .setIssuedAt()
          .setExpirationTime("60s"),
      ).sign(key);
    const own = generateKeyPairSync("ed25519");
    const publicKey = own.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const key = createPrivateKey(own.privateKey.export({ type: "pkcs8", format: "pem" }));
    let other: TasksServer;

    beforeAll(async () => {
      other = await startTasksServer({ databaseUrl: db.urls.tasks, publicKey, log });
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
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ sub: ada, aud: "tasks-mcp", iss: "holdfast", exp: 9999999999 })).toString("base64url")}.`;

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
            .setSubject(ada)
            .sign(key),
      ],
      ["one for the API", () => claims(key, (jwt) => jwt.setAudience("holdfast-api"))],
      ["one of another issuer", () => claims(key, (jwt) => jwt.setIssuer("elsewhere"))],
      ["one whose subject is no user's id", () => claims(key, (jwt) => jwt.setSubject("everybody"))],
      ["an unsigned one", async () => none],
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
    await restart();
    const environment = (await readFile(`/proc/${server.pid}/environ`, "utf8")).split("\0").filter(Boolean);
    expect(environment.map((entry) => entry.split("=")[0]).sort()).toEqual([
      "HOST",
      "PORT",
      "TASKS_DATABASE_URL",
      "TASKS_TOKEN_PUBLIC_KEY",
    ]);
    expect(environment).toContain(`TASKS_DATABASE_URL=${db.urls.tasks}`);
  });

  it("what PostgreSQL says never reaches the model", async () => {
    const client = await clientOf(ada);
    const { task } = await call(client, "add_task", { title: "Stays" });
    await db.sql("ALTER TABLE tasks RENAME TO tasks_elsewhere");
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
      await db.sql("ALTER TABLE tasks_elsewhere RENAME TO tasks");
    }
    expect((await call(client, "list_tasks")).failed).toBe(false);
  });
});

describe("the tool server's process", () => {
  it("is started again when it dies", async () => {
    await restart();
    expect((await call(await clientOf(ada), "list_tasks")).failed).toBe(false);
  });

  it("says that the list is away while the database is, and listens on loopback only", async () => {
    const away = await startTasksServer({
      databaseUrl: "postgres://nobody:secret@127.0.0.1:9/none",
      publicKey: tokens.publicKey,
      log,
    });
    expect(new URL(away.url).hostname).toBe("127.0.0.1");
    const headers = {
      authorization: `Bearer ${await tokens.mint(ada)}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "list_tasks", arguments: {} },
    });
    const answer = await (await fetch(away.url, { method: "POST", headers, body })).text();
    expect(answer).toContain("not available right now");
    expect(answer).not.toContain("secret");
    await away.stop();
  });

  it("cannot be started with a key that is none", async () => {
    await expect(startTasksServer({ databaseUrl: db.urls.tasks, publicKey: "nonsense", log })).rejects.toThrow(
      /before it was ready/u,
    );
  });

  it("ends with its parent, however that ends", async () => {
    const script = `
      const { startTasksServer } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      const log = { info() {}, warn() {} };
      const server = await startTasksServer({ databaseUrl: "postgres://127.0.0.1:9/none", publicKey: ${JSON.stringify(tokens.publicKey)}, log });
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(String((await new Promise((resolve) => parent.stdout.once("data", resolve))) ?? ""));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await until(() => !isAlive(pid));
  });

  it("speaks MCP over stdio to any client", async () => {
    const client = new Client({ name: "test", version: "1" });
    const env = {
      TASKS_DATABASE_URL: db.urls.tasks,
      TASKS_TOKEN_PUBLIC_KEY: tokens.publicKey,
      TASKS_TOKEN: await tokens.mint(bob),
    };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [tasksMcpEntry, "--stdio"], env }),
    );
    expect((await call(client, "list_tasks")).tasks?.every(({ title }) => title.startsWith("Bob"))).toBe(true);
    await client.close();
  });

  it("refuses to start without its settings", async () => {
    const run = promisify(execFile)(process.execPath, [tasksMcpEntry], { env: {} });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: "TASKS_DATABASE_URL is not set\n" });
  });
});

async function restart(): Promise<void> {
  const { pid } = server;
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  await until(() => server.pid !== pid);
}

async function until(isSo: () => boolean): Promise<void> {
  for (const start = Date.now(); !isSo(); ) {
    if (Date.now() - start > 10_000) throw new Error("It did not happen within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
