import { randomUUID } from "node:crypto";
import { limits, roles, turnStatuses, whitespace } from "@holdfast/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";

let db: TestDatabase;
let userId: string;
let conversationId: string;
let position = 0;

beforeAll(async () => {
  db = await openTestDatabase();
  userId = (await createTestUser(db)).id;
  conversationId = (await db.forUser(userId).createConversation()).id;
});

afterAll(() => db.close());

/** As the owner, past everything but the schema. */
function insertMessage(change: { role?: string; content?: string; toolCalls?: unknown; position?: number }) {
  const toolCalls = change.toolCalls === undefined ? null : JSON.stringify(change.toolCalls);
  return db.sql(
    "INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls) VALUES ($1, $2, $3, $4, $5, $6)",
    [
      userId,
      conversationId,
      change.position ?? ++position,
      change.role ?? "user",
      change.content ?? "Hello",
      toolCalls,
    ],
  );
}

function insertTurn(change: Record<string, unknown> = {}) {
  const row: Record<string, unknown> = {
    user_id: userId,
    id: randomUUID(),
    conversation_id: conversationId,
    status: "failed",
    prompt: "Hello",
    model: "built-in",
    first_position: 1,
    ...change,
  };
  const names = Object.keys(row);
  return db.sql(
    `INSERT INTO turns (${names.join(", ")}) VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
    Object.values(row),
  );
}

describe("messages", () => {
  it("R-MSG-2: takes the four roles and refuses any other", async () => {
    for (const role of roles) await insertMessage({ role });
    for (const role of ["human", "", "User"]) {
      await expect(insertMessage({ role })).rejects.toThrow("messages_role");
    }
  });

  it.each(["", " ", "\n\t ", whitespace, ...whitespace])("R-MSG-4: refuses blank content (%j)", async (content) => {
    await expect(insertMessage({ content })).rejects.toThrow("messages_content_not_blank");
    await expect(insertMessage({ content, role: "assistant" })).rejects.toThrow("messages_content_not_blank");
  });

  it("R-MSG-4: a zero-width space is content, and so is anything beside white space", async () => {
    await insertMessage({ content: "\u200b" });
    await insertMessage({ content: `${whitespace}.${whitespace}` });
  });

  it("R-MSG-4: only an assistant's message that carries tool calls may be blank", async () => {
    const toolCalls = [{ id: "1", name: "add_task", arguments: {}, result: null, status: "completed" }];
    await insertMessage({ content: "", role: "assistant", toolCalls });
    await expect(insertMessage({ content: "", role: "user", toolCalls })).rejects.toThrow("messages_content_not_blank");
  });

  it("R-MSG-5: what a person sends has at most 10,000 code points, whatever they are", async () => {
    await insertMessage({ content: "😀".repeat(limits.messageLength) });
    await expect(insertMessage({ content: "😀".repeat(limits.messageLength + 1) })).rejects.toThrow(
      "messages_content_length",
    );
  });

  it("R-MSG-5: answers have at most 200,000 code points", async () => {
    await insertMessage({ role: "assistant", content: "a".repeat(limits.answerLength) });
    await expect(insertMessage({ role: "assistant", content: "a".repeat(limits.answerLength + 1) })).rejects.toThrow(
      "messages_content_length",
    );
  });

  it.each([[[]], [{}], ["text"], [null]])(
    "R-MSG-8: tool calls are a list that is not empty (not %j)",
    async (toolCalls) => {
      await expect(insertMessage({ role: "assistant", toolCalls })).rejects.toThrow("messages_tool_calls");
    },
  );

  it("R-MSG-3: positions begin at 1 and occur once", async () => {
    await expect(insertMessage({ position: 0 })).rejects.toThrow('"messages_position"');
    await expect(insertMessage({ position: 1 })).rejects.toThrow("messages_position_key");
  });

  it("R-MSG-6: the database refuses U+0000", async () => {
    await expect(insertMessage({ content: "a\u0000b" })).rejects.toThrow("invalid byte sequence");
  });

  it("R-MSG-10: an orphan is impossible: no conversation, no user", async () => {
    const insert =
      "INSERT INTO messages (user_id, conversation_id, position, role, content) VALUES ($1, $2, 1, 'user', 'x')";
    await expect(db.sql(insert, [userId, randomUUID()])).rejects.toThrow("messages_conversation_fkey");
    await expect(db.sql(insert, [randomUUID(), conversationId])).rejects.toThrow("fkey");
  });

  it("R-MSG-1: the owner of a message is its conversation's owner", async () => {
    const other = await createTestUser(db);
    await expect(
      db.sql(
        "INSERT INTO messages (user_id, conversation_id, position, role, content) VALUES ($1, $2, 99, 'user', 'x')",
        [other.id, conversationId],
      ),
    ).rejects.toThrow("messages_conversation_fkey");
  });
});

describe("conversations", () => {
  const insert = "INSERT INTO conversations (user_id, title) VALUES ($1, $2)";

  it("R-CONV-2: a title has 1 to 200 code points and is not blank", async () => {
    await db.sql(insert, [userId, "😀".repeat(limits.titleLength)]);
    await expect(db.sql(insert, [userId, "a".repeat(limits.titleLength + 1)])).rejects.toThrow("title_length");
    for (const title of ["", " ", "\u3000\n"]) {
      await expect(db.sql(insert, [userId, title])).rejects.toThrow("title_not_blank");
    }
  });

  it("R-CONV-1: has exactly one owner, who exists", async () => {
    await expect(db.sql(insert, [randomUUID(), "x"])).rejects.toThrow("conversations_user_id_fkey");
    await expect(db.sql(insert, [null, "x"])).rejects.toThrow("not-null");
  });

  it("R-CONV-1: outside programs need to say no more than owner, id, title and count, and position, role and content", async () => {
    const id = randomUUID();
    await db.sql("insert into conversations(user_id, id, title, message_count) values ($1, $2, 'Seeded', 1)", [
      userId,
      id,
    ]);
    await db.sql(
      "insert into messages(user_id, id, conversation_id, position, role, content) values ($1, $2, $3, 1, 'user', 'Hi')",
      [userId, randomUUID(), id],
    );
    expect(await db.forUser(userId).getChatHistory(id)).toMatchObject([{ content: "Hi" }]);
    expect(await db.forUser(userId).addMessage(id, "user", "next")).toMatchObject({ position: 2 });
  });

  it("R-CONV-1: outside programs need to say no more of a user than id, email and name", async () => {
    await db.sql("insert into users(id, email, name) values ($1, 'seeded@example.com', 'Seeded')", [randomUUID()]);
    await expect(
      db.sql("insert into users(id, email, name) values ($1, 'seeded@example.com', 'Twice')", [randomUUID()]),
    ).rejects.toThrow("users_email_key");
  });

  it("R-CONV-1: a title's source is one of four", async () => {
    await expect(
      db.sql("INSERT INTO conversations (user_id, title_source) VALUES ($1, 'rumour')", [userId]),
    ).rejects.toThrow("conversations_title_source");
  });
});

describe("turns", () => {
  it("R-TURN-7: one turn at most runs in a conversation", async () => {
    await insertTurn({ status: "running" });
    await expect(insertTurn({ status: "running" })).rejects.toThrow("turns_running");
    for (const status of turnStatuses.filter((one) => one !== "running")) await insertTurn({ status });
  });

  it("R-TURN-1: a turn has a known status, a prompt that could be a message, and sane positions", async () => {
    await expect(insertTurn({ status: "lost" })).rejects.toThrow("turns_status");
    await expect(insertTurn({ prompt: " \n" })).rejects.toThrow("turns_prompt_not_blank");
    await expect(insertTurn({ prompt: "a".repeat(10_001) })).rejects.toThrow("turns_prompt_length");
    await expect(insertTurn({ first_position: 3, last_position: 2 })).rejects.toThrow("turns_positions");
    await expect(insertTurn({ conversation_id: randomUUID() })).rejects.toThrow("turns_conversation_fkey");
  });

  it("R-TURN-1: a chunk belongs to a turn", async () => {
    await expect(
      db.sql("INSERT INTO turn_chunks (user_id, turn_id, seq, data) VALUES ($1, $2, 1, '[]')", [userId, randomUUID()]),
    ).rejects.toThrow("turn_chunks_turn_fkey");
  });
});

describe("tasks", () => {
  const insert = "INSERT INTO tasks (user_id, title, description) VALUES ($1, $2, $3)";

  it("R-TASK-1: a task has an owner, a title that is not blank, and bounded texts", async () => {
    await db.sql(insert, [userId, "t".repeat(limits.taskTitleLength), "d".repeat(limits.taskDescriptionLength)]);
    await expect(db.sql(insert, [userId, "\t", ""])).rejects.toThrow("tasks_title_not_blank");
    await expect(db.sql(insert, [userId, "t".repeat(limits.taskTitleLength + 1), ""])).rejects.toThrow("title_length");
    await expect(db.sql(insert, [userId, "t", "d".repeat(limits.taskDescriptionLength + 1)])).rejects.toThrow(
      "tasks_description_length",
    );
    await expect(db.sql(insert, [randomUUID(), "t", ""])).rejects.toThrow("tasks_user_id_fkey");
  });
});

describe("the number of tasks", () => {
  async function personWith(tasks: number, options = {}): Promise<string> {
    const { id } = await createTestUser(db, options);
    await db.sql("INSERT INTO tasks (user_id, title) SELECT $1, 'Task' FROM generate_series(1, $2)", [id, tasks]);
    return id;
  }

  it("R-TASK-2: is bounded for each person, whoever adds one: app or assistant", async () => {
    const full = await personWith(limits.tasksPerPerson - 1);
    const store = db.forUser(full);
    const last = await store.addTask({ title: "The last" });
    await expect(store.addTask({ title: "One more" })).rejects.toThrow("tasks_per_person");
    const role = await db.asRole("tasks");
    await role.query(`BEGIN; SELECT set_config('app.user_id', '${full}', true)`);
    const planted = role.query("INSERT INTO tasks (user_id, title) VALUES ($1, 'One more')", [full]);
    await expect(planted).rejects.toThrow("too many tasks");
    await role.query("ROLLBACK");
    await db.forUser(userId).addTask({ title: "Somebody else's" });
    await store.updateTask(last.id, { completed: true });
    await store.removeTask(last.id);
    await store.addTask({ title: "Another last" });
    expect(await store.listTasks()).toHaveLength(limits.tasksPerPerson);
  });

  it("R-SEC-2: keeps no guest from bringing theirs", async () => {
    const full = await personWith(limits.tasksPerPerson);
    const guest = await personWith(2, { guest: true });
    await db.moveGuest(guest, full);
    expect(await db.forUser(full).listTasks()).toHaveLength(limits.tasksPerPerson + 2);
  });
});

describe("cascades", () => {
  const tables = ["conversations", "messages", "turns", "turn_chunks", "tasks", "sessions", "accounts"];

  async function counts(of: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const table of tables) {
      const [row] = await db.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`, [of]);
      found[table] = row?.n ?? -1;
    }
    return found;
  }

  async function personWithEverything() {
    const person = await createTestUser(db);
    const store = db.forUser(person.id);
    const conversation = await store.createConversation();
    await store.addMessage(conversation.id, "user", "Hello");
    await store.addTask({ title: "Task" });
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    await store.startTurn({ turnId, conversationId: conversation.id, prompt: "p", model: "m", title: "t", runner });
    const events = [{ type: "text" as const, step: 0, delta: "x" }];
    await db.runners.appendChunks(runner, [
      { userId: person.id, conversationId: conversation.id, turnId, seq: 1, events },
    ]);
    await db.sql("INSERT INTO sessions (user_id, token, expires_at) VALUES ($1, $2, now())", [person.id, randomUUID()]);
    await db.sql("INSERT INTO accounts (user_id, account_id, provider_id) VALUES ($1, 'x', 'credential')", [person.id]);
    return { id: person.id, store, conversation, turnId, runner };
  }

  it("R-CONV-5: deleting a conversation deletes all that is of it, and no more", async () => {
    const { id, store, conversation, turnId, runner } = await personWithEverything();
    const kept = await store.createConversation();
    await store.addMessage(kept.id, "user", "stays");
    await store.removeConversation(conversation.id);
    expect(await counts(id)).toEqual({
      conversations: 1,
      messages: 1,
      turns: 0,
      turn_chunks: 0,
      tasks: 1,
      sessions: 1,
      accounts: 1,
    });
    const end = { status: "completed" as const, steps: [{ content: "late", toolCalls: [] }], usage: null, cut: false };
    expect(await db.runners.finishTurn({ userId: id, turnId, runner }, end)).toBe(false);
  });

  it("R-SEC-4: deleting an account deletes everything of it", async () => {
    const { id } = await personWithEverything();
    const others = await personWithEverything();
    expect(Object.values(await counts(id))).toEqual(tables.map(() => 1));
    expect(await db.deleteUser(id)).toBe(true);
    expect(Object.values(await counts(id))).toEqual(tables.map(() => 0));
    expect(Object.values(await counts(others.id))).toEqual(tables.map(() => 1));
    expect(await db.deleteUser(id)).toBe(false);
  });
});
