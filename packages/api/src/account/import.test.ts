import { describe, expect, it } from "vitest";
import { type Body, newProgram } from "../testing/program.ts";
import { serveTests } from "../testing/test-server.ts";

const used = serveTests();

const at = "2026-01-01T00:00:00.000Z";
const tooEarly = "0000-05-01T00:00:00Z";
const latest = "9999-12-31T23:59:59.999Z";

function conversationOf(fields: object = {}, ...messages: object[]) {
  const id = crypto.randomUUID();
  const stored = { role: "assistant", content: "Hello", toolCalls: null, createdAt: at };
  return {
    ...{ id, title: "One", createdAt: at, updatedAt: at, pinnedAt: null, ...fields },
    messages: messages.map((message) => ({ id: crypto.randomUUID(), conversationId: id, ...stored, ...message })),
  };
}

function fileOf(conversations: object[], tasks: object[] = []): string {
  return JSON.stringify({ format: "holdfast-export", version: 1, conversations, tasks });
}

async function newImporter() {
  const { authorization, send } = await newProgram(used.db, used.server);
  const headers = { authorization, "content-type": "application/json" };
  async function importFile(body: string): Promise<{ status: number; body: Body }> {
    const response = await fetch(`${used.server.url}/api/account/import`, { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  }
  async function exported(): Promise<Body> {
    return (await fetch(`${used.server.url}/api/account/export`, { headers })).json();
  }
  return { send, importFile, exported };
}

describe("an import", () => {
  it.each([
    ["a conversation's", conversationOf({ createdAt: tooEarly }), "createdAt"],
    ["a message's", conversationOf({}, { createdAt: tooEarly }), "messages.0.createdAt"],
  ])("R-API-3: refuses %s time that cannot be, and keeps what came before", async (_, faulty, path) => {
    const { importFile, exported } = await newImporter();
    const { status, body } = await importFile(fileOf([conversationOf({ title: "Before" }), faulty]));
    expect(status).toBe(400);
    expect(body.error.issues).toMatchObject([{ path: `conversations.1.${path}` }]);
    expect((await exported()).conversations).toMatchObject([{ title: "Before" }]);
  });

  it("R-API-3: refuses a task's time that cannot be", async () => {
    const { importFile } = await newImporter();
    const task = { title: "Milk", description: "", completed: false, createdAt: tooEarly, updatedAt: at };
    const { status, body } = await importFile(fileOf([], [task]));
    expect(status).toBe(400);
    expect(body.error.issues).toMatchObject([{ path: "tasks.0.createdAt" }]);
  });

  it("R-CONV-3, R-SEC-7: what is of the last moment there is can be listed, exported and imported again", async () => {
    const { send, importFile, exported } = await newImporter();
    const finer = latest.replace("Z", "9Z");
    const last = conversationOf({ createdAt: finer, updatedAt: finer }, { createdAt: finer });
    expect((await importFile(fileOf([last, conversationOf()]))).status).toBe(200);
    const first = await send("GET", "/conversations?limit=1");
    expect(first.body.conversations).toMatchObject([{ createdAt: latest, updatedAt: latest }]);
    const second = await send("GET", `/conversations?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body.conversations).toMatchObject([{ updatedAt: at }]);
    const { conversations } = await exported();
    expect(conversations).toHaveLength(2);
    expect((await importFile(fileOf(conversations))).status).toBe(200);
  });

  it("R-API-3: refuses a tool's arguments that are nested too deeply, and keeps what came before", async () => {
    const { importFile, exported } = await newImporter();
    const call = { id: "1", name: "add_task", arguments: "deep", result: null, status: "completed" };
    const file = fileOf([conversationOf({ title: "Before" }), conversationOf({}, { toolCalls: [call] })]);
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    const { status, body } = await importFile(file.replace('"deep"', deep));
    expect(status).toBe(400);
    expect(body.error.issues).toMatchObject([{ path: "conversations.1.messages.0.toolCalls.0.arguments" }]);
    expect((await exported()).conversations).toMatchObject([{ title: "Before" }]);
  });
});
