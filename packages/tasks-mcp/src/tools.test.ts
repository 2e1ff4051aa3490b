import { limits } from "@holdfast/contract";
import { createTestUser } from "@holdfast/db/testing";
import { describe, expect, it } from "vitest";
import { call, setStage } from "./testing/stage.ts";

const stage = setStage();

describe("R-TASK-2: the task tools", () => {
  it("offers six, with whose tasks in none of their arguments", async () => {
    const { tools } = await (await stage.clientOf(stage.ada)).listTools();
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
    const user = (await createTestUser(stage.db)).id;
    const client = await stage.clientOf(user);
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
    expect((await stage.rowsOf(user)).map((row) => row["title"])).toEqual(["Call mum"]);
  });

  it("says that a list is full, and adds nothing", async () => {
    const user = (await createTestUser(stage.db)).id;
    const fill = "INSERT INTO tasks (user_id, title) SELECT $1, 't' FROM generate_series(1, $2)";
    await stage.db.sql(fill, [user, limits.tasksPerPerson]);
    const refused = await call(await stage.clientOf(user), "add_task", { title: "One more" });
    expect(JSON.stringify(refused)).toContain("The list is full.");
    expect(await stage.rowsOf(user)).toHaveLength(limits.tasksPerPerson);
  });

  it("R-TASK-3: other processes hear of a change", async () => {
    const heard = new Promise<void>((resolve) => {
      stage.db.notices.subscribe((notice) => {
        if (notice.type === "tasks" && notice.userId === stage.ada) resolve();
      });
    });
    await call(await stage.clientOf(stage.ada), "add_task", { title: "Heard" });
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
    const before = await stage.rowsOf(stage.ada);
    const { failed, text } = await call(await stage.clientOf(stage.ada), name, args);
    expect(failed).toBe(true);
    expect(text).toMatch(words);
    expect(await stage.rowsOf(stage.ada)).toEqual(before);
  });
});
