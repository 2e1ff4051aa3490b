import { TasksPanel } from "../fixtures/tasks-panel.ts";
import { expect, test } from "../fixtures/test.ts";

const noNetwork = new URL("../fixtures/no-network.mjs", import.meta.url);

test.use({ withProvider: false, serverEnv: { NODE_OPTIONS: `--import=${noNetwork.href}` } });

test("R-OPS-1: without a network and without a key everything works, and nothing is asked of anybody", async ({
  person,
  server,
}) => {
  const elsewhere = person.requestsBeyond(server.url);
  await person.page.goto("/new");
  const panel = new TasksPanel(person);
  await panel.opens();
  await person.asks("add buy milk and call mum");
  await panel.shows("Buy milk", "Call mum");
  await person.asks("show me a table, some code and a formula");
  await expect(person.answers).toHaveCount(2);
  await person.page.keyboard.press("Control+k");
  await person.page.getByRole("combobox", { name: "Search" }).fill("milk");
  await expect(person.page.getByRole("option").first()).toBeVisible();
  await person.page.keyboard.press("Escape");
  for (const path of ["/settings", "/sign-up", "/docs/api"]) {
    await person.page.goto(path);
    await expect(person.page.getByRole("heading").first()).toBeVisible();
  }
  expect(elsewhere).toEqual([]);
  expect(server.output).not.toContain("no network:");
});
