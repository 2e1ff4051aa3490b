import { limits } from "@holdfast/contract";
import { createTestUser } from "@holdfast/db/testing";
import { describe, expect, it } from "vitest";
import { type Body, newProgram } from "../testing/program.ts";
import { serveTests } from "../testing/test-server.ts";
import { importExport } from "./import.ts";

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

const call = JSON.stringify({ id: "1", name: "a", arguments: {}, result: null, status: "completed" });

function fileOf(conversations: object[], tasks: object[] = []): string {
  return JSON.stringify({ format: "holdfast-export", version: 1, conversations, tasks });
}

async function newImporter() {
  const { id, authorization, send } = await newProgram(used.db, used.server);
  const headers = { authorization, "content-type": "application/json" };
  async function importFile(body: string): Promise<{ status: number; body: Body }> {
    const response = await fetch(`${used.server.url}/api/account/import`, { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  }
  async function exported(): Promise<Body> {
    return (await fetch(`${used.server.url}/api/account/export`, { headers })).json();
  }
  return { id, send, importFile, exported };
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

  it("R-SEC-7: takes a conversation of any length, in parts, and of a faulty one nothing", async () => {
    const { importFile, exported } = await newImporter();
    const messages = Array.from({ length: 30 }, (_, index) => ({ content: `${index} ${"long ".repeat(30_000)}` }));
    const whole = conversationOf({ title: "Whole" }, ...messages);
    const faulty = conversationOf({ title: "Faulty" }, ...messages, { role: "nobody" });
    const { status, body } = await importFile(fileOf([whole, faulty]));
    expect(status).toBe(400);
    expect(body.error.issues).toMatchObject([{ path: "conversations.1.messages.30.role" }]);
    expect(body.error.message).toContain("1 conversation before that was imported.");
    const { conversations } = await exported();
    expect(conversations).toMatchObject([{ title: "Whole", createdAt: at, updatedAt: at, messages }]);
  });

  it("R-SEC-7: takes the fields of a conversation in any order", async () => {
    const { importFile, exported } = await newImporter();
    const { messages, ...head } = conversationOf({ title: "Sorted" }, { content: "One" });
    expect((await importFile(fileOf([{ messages, ...head }]))).status).toBe(200);
    expect((await exported()).conversations).toMatchObject([{ title: "Sorted", messages: [{ content: "One" }] }]);
  });

  it.each([
    ["messages that are none", '{"messages":[', "{},", "conversations.0.messages.0.id"],
    ["a message without end", '{"messages":[{"content":"', "aaaa", ""],
    ["a field without end that nobody asks for", '{"other":[', "{},", ""],
    ["a name without end", '{"', "kkkk", ""],
    [
      "tool calls without end",
      `{"messages":[{"toolCalls":[${call}`,
      `,${call}`,
      "conversations.0.messages.0.toolCalls.100",
    ],
  ])("R-OPS-5: refuses %s long before it is read, so that it needs little memory", async (_, begun, unit, path) => {
    const user = used.db.forUser((await createTestUser(used.db)).id);
    let megabytes = 0;
    async function* file() {
      yield Buffer.from(`{"format":"holdfast-export","version":1,"conversations":[${begun}`);
      for (; megabytes < 200; megabytes++) yield Buffer.from(unit.repeat(1_000_000 / unit.length));
    }
    const issues = expect.arrayContaining([expect.objectContaining({ path })]);
    await expect(importExport(user, file())).rejects.toMatchObject({ code: "BAD_REQUEST", issues });
    expect(megabytes).toBeLessThan(10);
  });

  it("R-API-3: refuses a name of any length as the client's mistake", async () => {
    const { importFile } = await newImporter();
    const { status, body } = await importFile(
      `{"format":"holdfast-export","version":1,"${"k".repeat(30_000_000)}":[1]}`,
    );
    expect(status).toBe(400);
    expect(body.error.message).toContain("longer than 5,242,880 characters");
  });

  it("R-SEC-7: takes the longest tool call there can be, spelled in the longest way", async () => {
    const { importFile, exported } = await newImporter();
    const longest = "😀".repeat(199_998);
    const call = { id: "1", name: "a", arguments: longest, result: longest, status: "completed" };
    const file = fileOf([conversationOf({}, { toolCalls: [call] })]);
    const { status } = await importFile(file.replaceAll("😀", "\\ud83d\\ude00"));
    expect(status).toBe(200);
    expect((await exported()).conversations[0].messages[0].toolCalls).toEqual([call]);
  });

  it("R-SEC-7: says what is stored already when it fails, tasks too", async () => {
    const { importFile } = await newImporter();
    const task = { title: "Milk", description: "", completed: false, createdAt: at, updatedAt: at };
    const { status, body } = await importFile(fileOf([conversationOf()], [task, task, { ...task, title: "" }]));
    expect(status).toBe(400);
    expect(body.error.message).toContain("1 conversation and 2 tasks before that were imported.");
  });

  it("R-TASK-2, R-API-3: takes as many tasks as a person can have, and says so of one more", async () => {
    const { id, importFile, exported } = await newImporter();
    const there = limits.tasksPerPerson - 1;
    await used.db.sql("INSERT INTO tasks (user_id, title) SELECT $1, 't' FROM generate_series(1, $2)", [id, there]);
    const task = { title: "Milk", description: "", completed: false, createdAt: at, updatedAt: at };
    const { status, body } = await importFile(fileOf([], [task, task]));
    expect(status).toBe(409);
    expect(body.error.message).toMatch(/^There are 2,000 tasks already.* 1 task before that was imported\.$/);
    expect((await exported()).tasks).toHaveLength(limits.tasksPerPerson);
  });
});
