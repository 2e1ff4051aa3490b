import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, it } from "vitest";
import { startTasksServer, tasksMcpEntry } from "./start-tasks-server.ts";
import { call, log, setStage, until } from "./testing/stage.ts";
import { createTaskTokens } from "./tokens.ts";

const stage = setStage();

describe("the tool server's process", () => {
  it("is started again when it dies", async () => {
    await stage.restart();
    expect((await call(await stage.clientOf(stage.ada), "list_tasks")).failed).toBe(false);
  });

  it("says that the list is away while the database is, and listens on loopback only", async () => {
    const away = await startTasksServer({
      databaseUrl: "postgres://nobody:secret@127.0.0.1:9/none",
      publicKey: stage.tokens.publicKey,
      log,
    });
    expect(new URL(away.url).hostname).toBe("127.0.0.1");
    const headers = {
      authorization: `Bearer ${await stage.tokens.mint(stage.ada)}`,
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
    await expect(startTasksServer({ databaseUrl: stage.db.urls.tasks, publicKey: "nonsense", log })).rejects.toThrow(
      /before it was ready/u,
    );
  });

  it("ends with its parent, however that ends", async () => {
    const script = `
      const { startTasksServer } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      const log = { info() {}, warn() {} };
      const server = await startTasksServer({ databaseUrl: "postgres://127.0.0.1:9/none", publicKey: ${JSON.stringify(stage.tokens.publicKey)}, log });
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
      TASKS_DATABASE_URL: stage.db.urls.tasks,
      TASKS_TOKEN_PUBLIC_KEY: stage.tokens.publicKey,
      TASKS_TOKEN: await stage.tokens.mint(stage.bob),
    };
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [tasksMcpEntry, "--stdio"], env }),
    );
    await call(client, "add_task", { title: "By stdio" });
    expect((await call(client, "list_tasks")).tasks?.map(({ title }) => title)).toEqual(["By stdio"]);
    expect((await stage.rowsOf(stage.bob)).map((row) => row["title"])).toEqual(["By stdio"]);
    await client.close();
  });

  it("R-SEC-5: serves a client of its own over streamable HTTP, with a key and a lasting token of its own, and ends when asked", async () => {
    const tokens = createTaskTokens({ lifetimeSeconds: 30 * 86_400 });
    const env = { TASKS_DATABASE_URL: stage.db.urls.tasks, TASKS_TOKEN_PUBLIC_KEY: tokens.publicKey };
    const server = spawn(process.execPath, [tasksMcpEntry], { env, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(server.stdout, "data")) as [Buffer];
    const { port } = JSON.parse(String(line));
    const headers = { authorization: `Bearer ${await tokens.mint(stage.bob)}` };
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`), { requestInit: { headers } }),
    );
    expect((await client.listTools()).tools).toHaveLength(6);
    await call(client, "add_task", { title: "By HTTP" });
    expect((await stage.rowsOf(stage.bob)).map((row) => row["title"])).toContain("By HTTP");
    await client.close();
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
    // The app's own takes no such token.
    expect((await fetch(stage.server.url, { method: "POST", headers })).status).toBe(401);
  });

  it("refuses to start without its settings", async () => {
    const run = promisify(execFile)(process.execPath, [tasksMcpEntry], { env: {} });
    await expect(run).rejects.toMatchObject({ code: 1, stderr: "TASKS_DATABASE_URL is not set\n" });
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
