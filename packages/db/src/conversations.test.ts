import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultTitle, limits } from "@holdfast/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ForbiddenError, InvalidCursorError, NotFoundError } from "./errors.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { UserStore } from "./types.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

async function person(): Promise<UserStore & { id: string }> {
  const { id } = await createTestUser(db);
  return { id, ...db.forUser(id) };
}

/** Newest last. Times are kept in milliseconds, and of two within one either may come first. */
async function createInTurn(store: UserStore, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push((await store.createConversation()).id);
    await sleep(2);
  }
  return ids;
}

async function allPages(store: UserStore, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listConversations({ limit, cursor });
    ids.push(...page.conversations.map((one) => one.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return ids;
}

describe("making conversations", () => {
  it("R-CONV-2: without a title it is “New chat”", async () => {
    const ada = await person();
    const made = await ada.createConversation();
    expect(made).toMatchObject({
      title: defaultTitle,
      messageCount: 0,
      readPosition: 0,
      running: false,
      pinnedAt: null,
    });
    expect(made.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await ada.createConversation({ title: "Plans", model: "openai/x" })).toMatchObject({
      title: "Plans",
      model: "openai/x",
    });
  });

  it("R-CONV-2: getOrCreate gives the most recent one", async () => {
    const ada = await person();
    const [first = "", second] = await createInTurn(ada, 2);
    expect((await ada.getOrCreateConversation()).id).toBe(second);
    await ada.addMessage(first, "user", "Hello");
    expect((await ada.getOrCreateConversation()).id).toBe(first);
  });

  it("R-CONV-2: many getOrCreate of a new user at once make one", async () => {
    for (let round = 0; round < 5; round++) {
      const ada = await person();
      const got = await Promise.all(Array.from({ length: 20 }, () => ada.getOrCreateConversation()));
      expect(new Set(got.map((one) => one.id)).size).toBe(1);
      expect((await ada.listConversations({ limit: 10 })).conversations).toHaveLength(1);
    }
  });

  it("R-MSG-10: for a user that does not exist nothing can be made", async () => {
    const nobody = db.forUser(randomUUID());
    await expect(nobody.createConversation()).rejects.toThrow(NotFoundError);
    await expect(nobody.getOrCreateConversation()).rejects.toThrow(NotFoundError);
  });
});

describe("the list", () => {
  it("R-CONV-3: is empty for a new user, and shows nobody else's", async () => {
    const ada = await person();
    const bob = await person();
    await ada.createConversation();
    expect(await bob.listConversations({ limit: 30 })).toEqual({ conversations: [], nextCursor: null });
  });

  it("R-CONV-3, R-API-2: whatever it is called, a conversation in the list is the one that its id finds", async () => {
    const ada = await person();
    const titles = ['"quoted" \\ \n\t\u2028', "{}[],null", "\u202Eright to left\u202C 🏴‍☠️", "\u0001\u007F"];
    const made = await Promise.all(
      titles.map((title, index) => ada.createConversation({ title, model: index % 2 ? `"${title}"` : null })),
    );
    const [first, second] = made.map(({ id }) => id) as [string, string];
    await ada.addMessage(first, "user", "Hello");
    await ada.updateConversation(second, { pinned: true });
    await ada.forkConversation(first, 2);
    await db.sql(
      "INSERT INTO turns (user_id, id, conversation_id, status, prompt, model, runner) VALUES ($1, gen_random_uuid(), $2, 'running', 'p', 'm', 1)",
      [ada.id, first],
    );
    const { conversations, nextCursor } = await ada.listConversations({ limit: 10 });
    expect(conversations).toHaveLength(titles.length + 1);
    expect(nextCursor).toBeNull();
    for (const conversation of conversations) expect(conversation).toEqual(await ada.findConversation(conversation.id));
    expect(conversations.some((one) => one.running)).toBe(true);
    expect(conversations.some((one) => one.pinnedAt !== null)).toBe(true);
    expect(conversations.some((one) => one.forkedFrom === first)).toBe(true);
  });

  it("R-CONV-3: goes from the most recent to the oldest, in pages, stable under ties", async () => {
    const ada = await person();
    const ids = Array.from({ length: 25 }, () => randomUUID());
    for (const [index, id] of ids.entries()) {
      await db.sql(
        "INSERT INTO conversations (user_id, id, updated_at) VALUES ($1, $2, '2026-01-01'::timestamptz + $3 * interval '1 second')",
        [ada.id, id, Math.floor(index / 5)],
      );
    }
    const expected = await db.sql<{ id: string }>(
      "SELECT id FROM conversations WHERE user_id = $1 ORDER BY updated_at DESC, id DESC",
      [ada.id],
    );
    for (const limit of [1, 3, 7, 25, 100]) expect(await allPages(ada, limit)).toEqual(expected.map((row) => row.id));
  });

  it("R-CONV-3: conversations that move between two pages are not shown twice and hide none", async () => {
    const ada = await person();
    const made = await createInTurn(ada, 6);
    const first = await ada.listConversations({ limit: 3 });
    await ada.addMessage(made[0] ?? "", "user", "to the top");
    const second = await ada.listConversations({ limit: 3, cursor: first.nextCursor ?? "" });
    expect(second.conversations.map((one) => one.id)).toEqual([made[2], made[1]]);
  });

  it.each(["", "x", "bm90LWEtY3Vyc29y", "MTIzLmFiYw", "💥"])(
    "R-API-3: a malformed cursor is refused (%j)",
    async (cursor) => {
      const ada = await person();
      await expect(ada.listConversations({ limit: 3, cursor })).rejects.toThrow(InvalidCursorError);
    },
  );

  it("R-CONV-4: a new message moves its conversation to the top; a rename does not", async () => {
    const ada = await person();
    const [old = "", recent] = await createInTurn(ada, 2);
    await ada.renameConversation(old, "Renamed");
    await ada.updateConversation(old, { pinned: true, model: "x", readPosition: 3 });
    expect((await allPages(ada, 10))[0]).toBe(recent);
    await ada.addMessage(old, "user", "Hello");
    expect((await allPages(ada, 10))[0]).toBe(old);
  });
});

describe("changing", () => {
  it("R-CONV-2: a person's title is final, a model's changes nothing after it", async () => {
    const ada = await person();
    const { id } = await ada.createConversation();
    expect(await ada.renameConversation(id, "Suggested", "model")).toBe(true);
    expect(await ada.renameConversation(id, "Mine")).toBe(true);
    expect(await ada.renameConversation(id, "Suggested again", "model")).toBe(false);
    expect((await ada.findConversation(id)).title).toBe("Mine");
  });

  it("R-WEB-2: pinned, model and read position change alone, and the read position never decreases", async () => {
    const ada = await person();
    const { id, updatedAt } = await ada.createConversation();
    for (let i = 0; i < 3; i++) await ada.addMessage(id, "user", "x");
    expect((await ada.updateConversation(id, { readPosition: 2 })).readPosition).toBe(2);
    expect((await ada.updateConversation(id, { readPosition: 1, model: "m" })).readPosition).toBe(2);
    expect((await ada.updateConversation(id, { readPosition: 99 })).readPosition).toBe(3);
    const pinned = await ada.updateConversation(id, { pinned: true });
    expect(pinned).toMatchObject({ model: "m", messageCount: 3 });
    expect(pinned.pinnedAt).not.toBeNull();
    expect((await ada.listPinned()).map((one) => one.id)).toEqual([id]);
    expect((await ada.updateConversation(id, { pinned: false, model: null })).pinnedAt).toBeNull();
    expect(await ada.listPinned()).toEqual([]);
    expect(updatedAt <= pinned.updatedAt).toBe(true);
  });

  it("R-CONV-2: a title that is too long is refused with the constraint's name and without the text", async () => {
    const ada = await person();
    const { id } = await ada.createConversation();
    const title = "secret ".repeat(limits.titleLength);
    const refused = ada.renameConversation(id, title);
    await expect(refused).rejects.toMatchObject({
      name: "RefusedValueError",
      constraint: "conversations_title_length",
    });
    await expect(refused).rejects.not.toThrow("secret");
  });
});

describe("R-CONV-6: another's conversation is forbidden, an unknown one not found, and nothing changes", () => {
  const actions: [string, (store: UserStore, id: string) => Promise<unknown>][] = [
    ["findConversation", (store, id) => store.findConversation(id)],
    ["renameConversation", (store, id) => store.renameConversation(id, "taken over")],
    ["updateConversation", (store, id) => store.updateConversation(id, { pinned: true })],
    ["removeConversation", (store, id) => store.removeConversation(id)],
    ["forkConversation", (store, id) => store.forkConversation(id, 2)],
    ["addMessage", (store, id) => store.addMessage(id, "user", "planted")],
    ["getChatHistory", (store, id) => store.getChatHistory(id)],
    ["pageOfMessages", (store, id) => store.pageOfMessages(id, { limit: 10 })],
    ["recentHistory", (store, id) => store.recentHistory(id, 1000)],
    ["openTurn", (store, id) => store.openTurn(id)],
    [
      "startTurn",
      (store, id) =>
        store.startTurn({ turnId: randomUUID(), conversationId: id, prompt: "p", model: "m", title: "t", runner: 1 }),
    ],
  ];

  it.each(actions)("%s", async (_, act) => {
    const [ada, bob] = [await person(), await person()];
    const { id } = await ada.createConversation({ title: "Ada's" });
    await ada.addMessage(id, "user", "Hello");
    const before = await db.sql("SELECT * FROM conversations WHERE id = $1", [id]);
    await expect(act(bob, id)).rejects.toThrow(ForbiddenError);
    await expect(act(bob, randomUUID())).rejects.toThrow(NotFoundError);
    expect(await db.sql("SELECT * FROM conversations WHERE id = $1", [id])).toEqual(before);
    expect(await ada.getChatHistory(id)).toHaveLength(1);
  });
});

describe("branches", () => {
  it("R-CONV-1: a fork has copies of the messages before a position, and knows its origin while that exists", async () => {
    const ada = await person();
    const origin = await ada.createConversation({ title: "Origin" });
    for (const content of ["one", "two", "three", "four"]) await ada.addMessage(origin.id, "user", content);
    const fork = await ada.forkConversation(origin.id, 3);
    expect(fork).toMatchObject({ title: "Origin", forkedFrom: origin.id, messageCount: 2, readPosition: 2 });
    expect((await ada.getChatHistory(fork.id)).map((one) => one.content)).toEqual(["one", "two"]);
    expect(await ada.addMessage(fork.id, "user", "else")).toMatchObject({ position: 3 });
    expect(await ada.getChatHistory(origin.id)).toHaveLength(4);
    await ada.removeConversation(origin.id);
    expect((await ada.findConversation(fork.id)).forkedFrom).toBeNull();
    expect(await ada.getChatHistory(fork.id)).toHaveLength(3);
  });

  it("R-CONV-1: a fork past the end has them all", async () => {
    const ada = await person();
    const origin = await ada.createConversation();
    await ada.addMessage(origin.id, "user", "one");
    expect(await ada.forkConversation(origin.id, 99)).toMatchObject({ messageCount: 1 });
    expect(await ada.forkConversation(origin.id, 1)).toMatchObject({ messageCount: 0 });
  });

  it("R-CONV-1: a fork that is made while others write has the messages that it counts, and takes the next", async () => {
    const ada = await person();
    const origin = await ada.createConversation();
    for (let index = 0; index < 20; index++) await ada.addMessage(origin.id, "user", "before");
    let writing = true;
    const writers = Array.from({ length: 3 }, async () => {
      while (writing) await ada.addMessage(origin.id, "user", "meanwhile");
    });
    const forks = [];
    for (let index = 0; index < 15; index++) forks.push(await ada.forkConversation(origin.id, 2_147_483_647));
    writing = false;
    await Promise.all(writers);
    for (const { id, messageCount } of forks) {
      expect(await ada.getChatHistory(id)).toHaveLength(messageCount);
      expect(await ada.addMessage(id, "user", "next")).toMatchObject({ position: messageCount + 1 });
    }
  });
});
