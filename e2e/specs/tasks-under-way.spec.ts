import type { Page, Route } from "@playwright/test";
import { makeGate } from "../fixtures/gate.ts";
import type { Person } from "../fixtures/person.ts";
import { TasksPanel } from "../fixtures/tasks-panel.ts";
import { expect, test } from "../fixtures/test.ts";

const withTasks = async (person: Person) => {
  await person.page.goto("/new");
  const panel = new TasksPanel(person);
  await panel.opens();
  return panel;
};

/** What is asked of this procedure waits until it is let go. */
async function holds(page: Page, procedure: string, atMost = Number.POSITIVE_INFINITY) {
  const gate = makeGate();
  const held: string[] = [];
  await page.route(new RegExp(`task\\.${procedure}`), async (route) => {
    if (held.push(route.request().url()) <= atMost) await gate.opened;
    await route.fallback();
  });
  return { held, letGo: gate.open };
}

const isListed = (page: Page) =>
  page.waitForResponse(
    async (response) => response.url().includes("task.list") && (await response.finished()) === null,
  );

test("R-TASK-3: a task that is being ticked stays ticked while the list is read for another", async ({ person }) => {
  const panel = await withTasks(person);
  await panel.adds("Tea", "Milk", "Bread");
  const { held, letGo } = await holds(person.page, "update", 1);
  await panel.box("Tea").click();
  await expect.poll(() => held.length).toBe(1);
  const listed = isListed(person.page);
  await panel.box("Milk").click();
  await listed;
  // Proof that what was read is shown: the one that was added after it comes from a later reading.
  await panel.adds("Eggs");
  await panel.shows("Bread", "Eggs", "x Tea", "x Milk");
  const ticked = person.page.waitForResponse(/task\.update/);
  letGo();
  await ticked;
  await panel.shows("Bread", "Eggs", "x Tea", "x Milk");
  await person.page.reload();
  await panel.shows("Bread", "Eggs", "x Tea", "x Milk");
});

test("R-TASK-3: a task that is being added stays while another tab changes the list, and is there once", async ({
  person,
}) => {
  const panel = await withTasks(person);
  await panel.adds("Tea");
  const tab = new TasksPanel(await person.inAnotherTab("/new"));
  await expect(tab.field).toBeVisible();
  const { held, letGo } = await holds(person.page, "add");
  await panel.field.fill("Milk");
  await panel.field.press("Enter");
  await expect.poll(() => held.length).toBe(1);
  await tab.box("Tea").check();
  await panel.shows("Milk", "x Tea");
  letGo();
  await expect(panel.box("Milk")).toBeEnabled();
  await panel.shows("Milk", "x Tea");
});

test("R-TASK-3: what could not be added leaves the list, a visitor's too, and what was typed is not lost", async ({
  person,
}) => {
  person.problems.allow(/status of 500/);
  const panel = await withTasks(person);
  const refuse = (route: Route) => route.fulfill({ status: 500, body: "{}" });
  await person.page.route(/task\.add/, refuse);
  await panel.field.fill("Milk");
  await panel.field.press("Enter");
  await expect(person.page.getByText("The task could not be added.")).toBeVisible();
  await panel.shows();
  await expect(panel.field).toHaveValue("Milk");

  const { held, letGo } = await holds(person.page, "add");
  await panel.field.press("Enter");
  await expect.poll(() => held.length).toBe(1);
  await panel.field.pressSequentially("Bread");
  letGo();
  const again = panel.panel.getByRole("button", { name: "Add Milk again" });
  await expect(again).toBeVisible();
  await panel.shows();
  await person.page.getByRole("button", { name: "Tasks", exact: true }).click();
  await expect(panel.panel).toBeHidden();
  await panel.opens();
  await expect(again).toBeVisible();
  await panel.field.fill("Bread");
  await expect(panel.field).toHaveValue("Bread");
  await person.page.unrouteAll();
  await again.click();
  await expect(panel.box("Milk")).toBeEnabled();
  await expect(again).toHaveCount(0);
  await panel.field.press("Enter");
  await expect(panel.box("Bread")).toBeEnabled();
  await panel.shows("Milk", "Bread");
  await person.page.reload();
  await panel.shows("Milk", "Bread");
});
