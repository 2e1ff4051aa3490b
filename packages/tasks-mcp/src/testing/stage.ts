import type { Task } from "@holdfast/contract";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll } from "vitest";
import { startTasksServer, type TasksServer } from "../start-tasks-server.ts";
import { createTaskTokens, type TaskTokens } from "../tokens.ts";

export const log = { info: () => undefined, warn: () => undefined };

interface ToolStage {
  db: TestDatabase;
  tokens: TaskTokens;
  server: TasksServer;
  ada: string;
  bob: string;
  /** An MCP client with a fresh token of this person for each request. */
  clientOf(userId: string): Promise<Client>;
  /** A person's tasks as the database has them. */
  rowsOf(userId: string): Promise<Record<string, unknown>[]>;
  /** Kills the process, and waits for the next one. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A database, the tool server on it, and two people, for the tests of one file: there from the first of them on. */
export function setStage(): ToolStage {
  const stage = {} as ToolStage; // filled before any test runs
  beforeAll(async () => {
    Object.assign(stage, await openStage());
  });
  afterAll(() => stage.close());
  return stage;
}

async function openStage(): Promise<ToolStage> {
  const db = await openTestDatabase();
  const tokens = createTaskTokens();
  const ada = (await createTestUser(db)).id;
  const bob = (await createTestUser(db)).id;
  const server = await startTasksServer({ databaseUrl: db.urls.tasks, publicKey: tokens.publicKey, log });
  const clients: Client[] = [];
  return {
    db,
    tokens,
    server,
    ada,
    bob,
    async clientOf(userId) {
      const client = new Client({ name: "test", version: "1" });
      const withToken: typeof fetch = async (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set("authorization", `Bearer ${await tokens.mint(userId)}`);
        return fetch(input, { ...init, headers });
      };
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { fetch: withToken }));
      clients.push(client);
      return client;
    },
    rowsOf: (userId) => db.sql("SELECT * FROM tasks WHERE user_id = $1 ORDER BY created_at, id", [userId]),
    async restart() {
      const { pid } = server;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      await until(() => server.pid !== pid);
    },
    async close() {
      for (const client of clients) await client.close();
      await server.stop();
      await db.close();
    },
  };
}

export async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  const { isError = false, structuredContent, content } = await client.callTool({ name, arguments: args });
  const data = (structuredContent ?? {}) as { task?: Task; tasks?: Task[]; deleted?: Task; total?: number };
  return { failed: isError, text: (content as { text: string }[])[0]?.text ?? "", ...data };
}

export async function until(isSo: () => boolean): Promise<void> {
  for (const start = Date.now(); !isSo(); ) {
    if (Date.now() - start > 10_000) throw new Error("It did not happen within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
