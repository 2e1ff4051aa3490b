import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NotFoundError } from "./errors.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { ExportedConversation, ImportedConversation, ImportedMessage, UserStore } from "./types.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

async function person(): Promise<UserStore> {
  return db.forUser((await createTestUser(db)).id);
}

async function exportOf(store: UserStore): Promise<ExportedConversation[]> {
  const all: ExportedConversation[] = [];
  for await (const conversation of store.exportConversations()) all.push(conversation);
  return all.sort((a, b) => a.title.localeCompare(b.title));
}

function toImport({ id: _, messages, ...head }: ExportedConversation): ImportedConversation {
  const texts = messages.map(({ role, content, toolCalls, createdAt }) => {
    return { role, content, toolCalls: toolCalls && JSON.stringify(toolCalls), createdAt };
  });
  return { ...head, messages: texts };
}

function message(content: string, createdAt: string): ImportedMessage {
  return { role: "user", content, toolCalls: null, createdAt };
}

describe("export and import", () => {
  it("R-SEC-7: what is exported can be imported, with content, order, times and tool calls", async () => {
    const ada = await person();
    for (let index = 0; index < 3; index++) {
      const { id } = await ada.createConversation({ title: `Conversation ${index}` });
      await ada.addMessage(id, "user", `Hello "${index}" {"a", NULL}, \\ é😀\n`);
      const call = {
        id: "1",
        name: "add_task",
        arguments: { title: 'a "b", c' },
        result: null,
        status: "completed" as const,
      };
      await ada.addMessage(id, "assistant", "", [call]);
      if (index === 1) await ada.updateConversation(id, { pinned: true });
    }
    const exported = await exportOf(ada);
    expect(exported).toHaveLength(3);

    const bob = await person();
    await bob.importConversations(exported.map(toImport));
    const withoutIds = (conversations: ExportedConversation[]) =>
      conversations.map(({ id: _, messages, ...rest }) => ({
        ...rest,
        messages: messages.map(({ id: _id, conversationId: _conversationId, ...message }) => message),
      }));
    const imported = await exportOf(bob);
    expect(withoutIds(imported)).toEqual(withoutIds(exported));
    expect(imported.map((one) => one.id)).not.toEqual(exported.map((one) => one.id));
    const added = await bob.addMessage(imported[0]?.id ?? "", "user", "next");
    expect(added.position).toBe(3);
  });

  it("R-MSG-1: what is said next is never earlier than an imported message, whatever the file says of times", async () => {
    const ada = await person();
    const [past, future] = ["2026-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
    await ada.importConversations([
      {
        title: "Ahead",
        createdAt: past,
        updatedAt: past,
        pinnedAt: null,
        messages: [message("1", future), message("2", past)],
      },
    ]);
    const [imported] = await exportOf(ada);
    expect(imported?.updatedAt).toBe(future);
    const next = await ada.addMessage(imported?.id ?? "", "user", "3");
    expect(next.createdAt).toBe(future);
    const [after] = await exportOf(ada);
    expect(after?.messages.map((one) => [one.content, one.createdAt])).toEqual(["1", "2", "3"].map((n) => [n, future]));
  });

  it("R-SEC-7: one that comes in parts is the same as one that comes whole", async () => {
    const ada = await person();
    const [begun, later] = ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"];
    const head = { title: "Long", createdAt: begun, updatedAt: later, pinnedAt: begun };
    const long = ada.importLongConversation();
    await long.append([message("1", begun), message("2", later)]);
    await long.append([message("3", begun)]);
    await long.finish(head);
    const [imported] = await exportOf(ada);
    expect(imported).toMatchObject(head);
    expect(imported?.messages.map((one) => [one.content, one.createdAt])).toEqual([
      ["1", begun],
      ["2", later],
      ["3", later],
    ]);
    expect(await ada.addMessage(imported?.id ?? "", "user", "next")).toMatchObject({ position: 4 });
  });

  it("R-MSG-1: who writes in a conversation that is still being imported has a place of their own in it", async () => {
    const ada = await person();
    const at = "2026-01-01T00:00:00.000Z";
    const long = ada.importLongConversation();
    await long.append([message("1", at)]);
    const [underWay] = await exportOf(ada);
    const mine = await ada.addMessage(underWay?.id ?? "", "user", "mine");
    await long.append([message("2", at)]);
    await long.finish({ title: "Long", createdAt: at, updatedAt: at, pinnedAt: null });
    const [imported] = await exportOf(ada);
    expect(imported?.messages.map((one) => one.content)).toEqual(["1", "mine", "2"]);
    expect(imported?.messages.at(-1)?.createdAt).toBe(mine.createdAt);
    expect(imported?.updatedAt).toBe(mine.createdAt);
  });

  it("R-SEC-7: of one that is given up in the middle, or deleted meanwhile, nothing stays", async () => {
    const ada = await person();
    const long = ada.importLongConversation();
    const part = [message("1", "2026-01-01T00:00:00.000Z")];
    await long.append(part);
    await long.discard();
    expect(await exportOf(ada)).toEqual([]);
    await expect(long.append(part)).rejects.toThrow(NotFoundError);
    expect(await exportOf(ada)).toEqual([]);
  });

  it("R-SEC-7: more conversations than a page come out once each", async () => {
    const ada = await person();
    for (let index = 0; index < 105; index++) await ada.createConversation({ title: String(index) });
    const titles = (await exportOf(ada)).map((one) => one.title);
    expect(new Set(titles).size).toBe(105);
    expect(titles).toHaveLength(105);
  });
});

describe("tasks", () => {
  it("R-TASK-2: are added, listed open first, changed and removed", async () => {
    const ada = await person();
    const milk = await ada.addTask({ title: "Milk", description: "2 l" });
    const bread = await ada.addTask({ title: "Bread" });
    const done = await ada.updateTask(milk.id, { completed: true });
    expect(done).toMatchObject({ ...milk, completed: true, updatedAt: done.updatedAt });
    expect((await ada.listTasks()).map((task) => task.title)).toEqual(["Bread", "Milk"]);
    expect(await ada.updateTask(bread.id, { title: "Rye", description: "dark" })).toMatchObject({
      title: "Rye",
      completed: false,
    });
    await ada.removeTask(bread.id);
    expect((await ada.listTasks()).map((task) => task.title)).toEqual(["Milk"]);
  });

  it("R-TASK-2: of somebody else, or unknown, are not found", async () => {
    const [ada, bob] = [await person(), await person()];
    const { id } = await ada.addTask({ title: "Mine" });
    await expect(bob.updateTask(id, { completed: true })).rejects.toThrow(NotFoundError);
    await expect(bob.removeTask(id)).rejects.toThrow(NotFoundError);
    expect(await ada.listTasks()).toMatchObject([{ title: "Mine", completed: false }]);
  });

  it("R-SEC-7: are imported as they were", async () => {
    const ada = await person();
    const { id: _, ...task } = await ada.addTask({ title: "Old" });
    const times = { createdAt: "2020-01-01T00:00:00.123Z", updatedAt: "2020-02-01T00:00:00.000Z" };
    expect(await ada.importTask({ ...task, ...times, completed: true })).toMatchObject({ ...times, completed: true });
  });
});
