import { expect, test } from "../fixtures/test.ts";

const soon = { timeout: 5_000 };

test("R-WEB-3: a message, a rename and a deletion in one tab show in the other without a refresh", async ({
  person,
}) => {
  const id = await person.begins("seen in two tabs");
  const other = await person.inAnotherTab();
  await other.page.goto(`/c/${id}`);
  await expect(other.messages).toHaveCount(2);

  await person.asks("a message from the first tab");
  await expect(other.messages).toHaveCount(4, soon);
  await expect(other.log).toContainText("a message from the first tab");

  await person.renames("seen in two tabs", "Renamed in the first tab");
  await expect(other.link("Renamed in the first tab")).toBeVisible(soon);

  await other.composer.fill("a draft that must not be lost");
  await person.deletes("Renamed in the first tab");
  await expect(other.link("Renamed in the first tab")).toHaveCount(0, soon);
  await expect(other.page.getByText("This conversation was deleted.")).toBeVisible(soon);
  await expect(other.composer).toHaveValue("a draft that must not be lost");
});

test("R-WEB-3: a conversation begun in one tab is listed in the other, and the answer streams in both", async ({
  person,
}) => {
  await person.begins("the first one");
  const other = await person.inAnotherTab();
  await other.page.goto(person.page.url());
  await expect(other.conversations).toHaveCount(1);
  await person.page.goto("/new");
  await person.asks("begun in one tab");
  await expect(other.conversations).toHaveText([/begun in one tab/, /the first one/], soon);
});

test("R-WEB-3: ten tabs of one browser all work, with one event stream for all of them", async ({
  person,
  database,
}) => {
  test.slow();
  const id = await person.begins("open in ten tabs");
  const tabs = [person];
  while (tabs.length < 10) {
    const tab = await person.inAnotherTab();
    await tab.page.goto(`/c/${id}`);
    await expect(tab.messages).toHaveCount(2);
    tabs.push(tab);
  }
  await person.page.bringToFront();
  await person.asks("can all of you hear me");
  for (const tab of tabs) await expect(tab.messages).toHaveCount(4);
  // The tab that held the stream goes: another takes over.
  await tabs.shift()?.page.close();
  const last = tabs.at(-1);
  await last?.page.bringToFront();
  await last?.asks("and now");
  for (const tab of tabs) await expect(tab.messages).toHaveCount(6);
  expect(await database.sql("select 1 from messages where conversation_id = $1", [id])).toHaveLength(6);
});
