import { isAccessible } from "../fixtures/accessibility.ts";
import { twoFrames } from "../fixtures/frames.ts";
import type { Person } from "../fixtures/person.ts";
import { TasksPanel } from "../fixtures/tasks-panel.ts";
import { expect, phone, test } from "../fixtures/test.ts";
import { toolServerOf } from "../fixtures/tool-server.ts";

const withTasks = async (person: Person, path = "/new") => {
  await person.page.goto(path);
  const panel = new TasksPanel(person);
  await panel.opens();
  return panel;
};

test("R-TASK-3: tasks are added, ticked, edited and deleted by hand, and are so after a refresh", async ({
  person,
  database,
}) => {
  const panel = await withTasks(person);
  await expect(panel.panel).toContainText("Nothing to do.");
  await panel.adds("Buy milk", "Call mum", "Water <b>the</b> plants");
  await panel.box("Buy milk").check();
  await panel.button("Edit", "Call mum").click();
  const title = panel.panel.getByRole("textbox", { name: "Task title" });
  await expect(title).toHaveValue("Call mum");
  await title.fill("Call grandma");
  await title.press("Enter");
  await panel.button("Delete", "Water <b>the</b> plants").click();
  await panel.shows("Call grandma", "x Buy milk");
  await expect(panel.panel).toContainText("1 left");
  await person.page.reload();
  await panel.shows("Call grandma", "x Buy milk");
  await panel.box("Buy milk").uncheck();
  await panel.shows("Buy milk", "Call grandma");
  await person.page.reload();
  await panel.shows("Buy milk", "Call grandma");
  expect(await database.sql("select title from tasks where title ilike '%plants%'")).toEqual([]);
  await person.page.getByRole("button", { name: "Tasks", exact: true }).click();
  await expect(panel.panel).toBeHidden();
  await person.page.reload();
  await expect(person.composer).toBeVisible();
  await expect(panel.panel).toBeHidden();
});

test("R-TASK-3, R-WEB-4: an edit that is left for the composer is kept, and so is what is typed there", async ({
  person,
}) => {
  const panel = await withTasks(person);
  await panel.adds("Call mum");
  await panel.button("Edit", "Call mum").click();
  await panel.panel.getByRole("textbox", { name: "Task title" }).fill("Call grandma");
  await person.composer.click();
  await panel.shows("Call grandma");
  await twoFrames(person.page);
  await person.page.keyboard.type("goes where it was clicked");
  await expect(person.composer).toHaveValue("goes where it was clicked");
});

test("R-TASK-3: a title that is empty or too long is refused in words, and what was typed stays", async ({
  person,
}) => {
  const panel = await withTasks(person);
  const tooLong = "😀".repeat(502);
  await panel.field.fill("   ");
  await panel.field.press("Enter");
  await expect(panel.panel.getByRole("alert")).toHaveText("Say what is to be done.");
  await panel.field.fill(tooLong);
  await panel.field.press("Enter");
  await expect(panel.panel.getByRole("alert")).toHaveText("A task has at most 500 characters: these are 2 too many.");
  await expect(panel.field).toHaveValue(tooLong);
  await panel.shows();
  await panel.adds("😀".repeat(500), "Call mum");
  await expect(panel.panel.getByRole("alert")).toHaveCount(0);

  await panel.button("Edit", "Call mum").click();
  const title = panel.panel.getByRole("textbox", { name: "Task title" });
  for (const [typed, words] of [
    ["", "Say what is to be done."],
    [tooLong, "A task has at most 500 characters: these are 2 too many."],
  ] as const) {
    await title.fill(typed);
    await title.press("Enter");
    await expect(panel.panel.getByRole("alert")).toHaveText(words);
    await expect(title).toHaveValue(typed);
  }
  await title.press("Escape");
  await panel.shows("😀".repeat(500), "Call mum");
});

test("R-TASK-2, R-TASK-3: the assistant does with tasks what it is told in plain words; every tab and device shows it", async ({
  person,
  newPerson,
}) => {
  test.slow();
  const panel = await withTasks(person);
  await person.picksModel("built-in");
  await person.asks("add buy milk and call mum");
  const device = await newPerson({ storageState: await person.context.storageState() });
  const [tab, there] = [new TasksPanel(await person.inAnotherTab()), new TasksPanel(device)];
  for (const { page, field } of [tab, there]) {
    await page.goto("/new");
    await expect(field).toBeVisible();
  }
  const all = [panel, tab, there];
  const showEverywhere = (...tasks: string[]) => Promise.all(all.map((one) => one.shows(...tasks)));

  await showEverywhere("Buy milk", "Call mum");
  await person.asks("what's left?");
  await expect(person.answers.last()).toContainText(/2 tasks left:\s*Buy milk\s*Call mum/);
  await person.asks("done with the second");
  await showEverywhere("Buy milk", "x Call mum");
  await person.asks("rename buy milk to buy oat milk");
  await showEverywhere("buy oat milk", "x Call mum");
  await person.asks("reopen call mum");
  await showEverywhere("buy oat milk", "Call mum");

  // By hand, from wherever.
  await there.adds("Go for a walk");
  await showEverywhere("buy oat milk", "Call mum", "Go for a walk");
  await tab.box("Go for a walk").check();
  await panel.box("Call mum").check();
  await showEverywhere("buy oat milk", "x Call mum", "x Go for a walk");

  await person.asks("delete all that is done");
  await expect(person.answers.last()).toContainText("That deletes 2 tasks, for good");
  await showEverywhere("buy oat milk", "x Call mum", "x Go for a walk");
  await person.asks("no");
  await person.asks("delete all that is done");
  await person.asks("yes");
  await showEverywhere("buy oat milk");
});

test("R-TASK-3: what the assistant added while the tasks were closed is there when they are opened", async ({
  person,
}) => {
  await person.begins("before any task");
  await person.page.reload();
  await person.asks('[tool add_task {"title":"Added unseen"}]');
  const panel = new TasksPanel(person);
  await panel.opens();
  await panel.shows("Added unseen");
});

test("R-TASK-2: a newcomer finds the tasks by what an empty conversation offers", async ({ person }) => {
  const panel = await withTasks(person);
  await person.picksModel("built-in");
  await person.page.getByRole("button", { name: /^Plan my week/ }).click();
  await expect(person.composer).toBeFocused();
  await person.page.keyboard.type("pack the tent, ask Tom for the stove");
  await person.page.keyboard.press("Enter");
  await person.isAnswered();
  await panel.shows("Pack the tent", "Ask Tom for the stove");
});

test("R-TASK-2: a tool call shows as it runs, with its arguments and result on demand, and is there after a refresh", async ({
  person,
  server,
}) => {
  const panel = await withTasks(person);
  const toolServer = await toolServerOf(server);
  process.kill(toolServer, "SIGSTOP");
  try {
    await person.says('[tool add_task {"title":"Buy milk"}] [tool complete_task {"taskId":"none such"}]');
    await expect(person.page.getByRole("group", { name: "Add task" })).toContainText("Running…");
  } finally {
    process.kill(toolServer, "SIGCONT");
  }
  await panel.shows("Buy milk");
  await person.isAnswered();
  for (const isRefreshed of [false, true]) {
    if (isRefreshed) await person.page.reload();
    const added = person.answers.getByRole("group", { name: "Add task" });
    const failed = person.answers.getByRole("group", { name: "Complete task" });
    await expect(person.answers).toHaveCount(1);
    await expect(added).toContainText("“Buy milk”");
    await expect(failed).toContainText("Failed");
    await expect(person.answers).toContainText("The tools said:");
    await expect(added).not.toContainText("Arguments");
    await added.locator("summary").click();
    await expect(added).toContainText(/Arguments.*"title": "Buy milk".*Result.*"completed": false/s);
    await failed.locator("summary").click();
    await expect(failed).toContainText(/"taskId": "none such".*What went wrong.*There is no such task\./s);
  }
});

test("R-TASK-2: a tool server that dies is started again, and the next request is served", async ({
  person,
  server,
}) => {
  const panel = await withTasks(person);
  process.kill(await toolServerOf(server), "SIGKILL");
  await person.says('[tool add_task {"title":"After a death"}]');
  await panel.shows("After a death");
  await person.isAnswered();
  await expect(person.answers.getByRole("group", { name: "Add task" })).not.toContainText("Failed");
});

test("R-TASK-2: an answer of nothing but tool calls is shown as it is, and says so", async ({ person }) => {
  await person.page.goto("/new");
  await person.asks('[tool add_task {"title":"Say nothing"}] [then blank]');
  for (const isRefreshed of [false, true]) {
    if (isRefreshed) await person.page.reload();
    await expect(person.answers.getByRole("group", { name: "Add task" })).toBeVisible();
    await expect(person.answers).toContainText("The assistant had nothing to add");
    await expect(person.alert).toHaveCount(0);
  }
});

test("R-TASK-3: all of it works by keyboard alone, without an accessibility violation", async ({ person }) => {
  const panel = await withTasks(person);
  const { keyboard } = person.page;
  await panel.adds("First", "Second");
  await isAccessible(person, "tasks");
  await panel.box("First").focus();
  await keyboard.press("Space");
  await panel.shows("Second", "x First");
  await panel.box("Second").focus();
  await keyboard.press("Tab");
  await expect(panel.button("Edit", "Second")).toBeFocused();
  await keyboard.press("Enter");
  await keyboard.type("Second, edited");
  await keyboard.press("Enter");
  await panel.shows("Second, edited", "x First");
  await expect(panel.button("Edit", "Second, edited")).toBeFocused();
  await keyboard.press("Enter");
  await keyboard.press("Backspace");
  await keyboard.press("Enter");
  await expect(panel.panel.getByRole("alert")).toBeVisible();
  await isAccessible(person, "a task with a fault");
  await keyboard.press("Escape");
  await expect(panel.button("Edit", "Second, edited")).toBeFocused();
  await keyboard.press("Tab");
  await expect(panel.button("Delete", "Second, edited")).toBeFocused();
  await keyboard.press("Enter");
  await panel.shows("x First");
  await expect(panel.field).toBeFocused();
});

test.describe("on a phone", () => {
  test.use(phone);

  test("R-TASK-3: the tasks lie over the conversation, can be touched, and go with Escape or their button", async ({
    person,
  }) => {
    const panel = await withTasks(person);
    await panel.adds("Buy milk", "w".repeat(300));
    await expect(panel.panel).toBeInViewport();
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThan(1);
    for (const target of [
      panel.box("Buy milk"),
      panel.button("Edit", "Buy milk"),
      panel.button("Delete", "Buy milk"),
    ]) {
      const { width = 0, height = 0 } = (await target.boundingBox()) ?? {};
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(44);
    }
    await isAccessible(person, "tasks on a phone");
    await panel.box("Buy milk").check();
    await person.page.keyboard.press("Escape");
    await expect(panel.panel).toBeHidden();
    await panel.opens();
    await panel.shows("w".repeat(300), "x Buy milk");
    await panel.panel.getByRole("button", { name: "Close tasks" }).click();
    await expect(panel.panel).toBeHidden();
  });

  test("R-WEB-4: the focus goes into the tasks as they open, and back to their button as they close", async ({
    person,
  }) => {
    const panel = await withTasks(person);
    const opener = person.page.getByRole("button", { name: "Tasks", exact: true });
    const close = panel.panel.getByRole("button", { name: "Close tasks" });
    for (const leave of [
      () => person.page.keyboard.press("Escape"),
      () => panel.field.press("Escape"),
      () => close.click(),
    ]) {
      await expect(close).toBeFocused();
      await leave();
      await expect(panel.panel).toBeHidden();
      await expect(opener).toBeFocused();
      await panel.opens();
    }
  });
});
