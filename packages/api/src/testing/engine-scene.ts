import { type Assistant, noTools, type ToolBox } from "@holdfast/assistant";
import { createScriptedAssistant, type Line, type ScriptedAssistantOptions } from "@holdfast/assistant/testing";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type EngineSetup, startTestEngine, type TestEngine } from "./test-engine.ts";

/** A database, somebody new for each test, and engines that end with it. */
export function engineScene() {
  let db: TestDatabase;
  let userId: string;
  const engines: TestEngine[] = [];

  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    userId = (await createTestUser(db)).id;
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) {
      await engine.drain(0);
      engine.close();
    }
  });

  async function engineWith(assistant: Assistant, setup: Omit<EngineSetup, "assistant"> = {}): Promise<TestEngine> {
    const engine = await startTestEngine(db, { assistant, ...setup });
    engines.push(engine);
    return engine;
  }

  return {
    get db() {
      return db;
    },
    get userId() {
      return userId;
    },
    engineWith,
    engineOf(
      script: ScriptedAssistantOptions["script"],
      { timing, openTools, ...scripted }: Partial<ScriptedAssistantOptions & EngineSetup> = {},
    ): Promise<TestEngine> {
      return engineWith(createScriptedAssistant({ script, ...scripted }), { timing, openTools });
    },
    messages: () =>
      db.sql<{ position: number; role: string; content: string }>(
        "SELECT position, role, content FROM messages WHERE user_id = $1 ORDER BY conversation_id, position",
        [userId],
      ),
    count: async (table: string) =>
      Number((await db.sql<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE user_id = $1`, [userId]))[0]?.n),
  };
}

export const slowly = (words: number): Line => ({
  say: Array.from({ length: words }, (_, i) => `word${i} `).join(""),
  everyMs: 10,
});

export function recordingTools(calls: string[]): ToolBox {
  return {
    ...noTools,
    list: async () => [
      {
        name: "add_task",
        description: "Adds a task",
        inputSchema: { type: "object", properties: { title: { type: "string" } } },
      },
    ],
    async call(name) {
      calls.push(name);
      return { result: "done", status: "completed" };
    },
  };
}
