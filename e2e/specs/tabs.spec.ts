import type { Request } from "@playwright/test";
import { makeGate } from "../fixtures/gate.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

const soon = { timeout: 5_000 };

test("R-WEB-3: a message, a rename and a deletion in one tab show in the other without a refresh", async ({
  person,
}) => {
  const id = await person.begins("seen in two tabs");
  const other = await person.inAnotherTab(`/c/${id}`);
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
  const other = await person.inAnotherTab(person.page.url());
  await expect(other.conversations).toHaveCount(1);
  await person.page.goto("/new");
  await person.asks("begun in one tab");
  await expect(other.conversations).toHaveText([/begun in one tab/, /the first one/], soon);
});

test("R-SEC-2: two tabs of a newcomer are one person's, though both act before either is answered", async ({
  person,
}) => {
  await person.page.goto("/new");
  const other = await person.inAnotherTab("/new");
  const gate = makeGate();
  const sent = [person, other].map(({ page }) => page.waitForRequest(/turn\.start/));
  await person.context.route(/turn\.start/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  await person.says("from one tab");
  await other.says("from the other");
  await Promise.all(sent);
  gate.open();
  for (const tab of [person, other]) {
    await expect(tab.page).toHaveURL(/\/c\//);
    await tab.isAnswered();
    await expect(tab.conversations).toHaveCount(2, soon);
  }
});

test("R-WEB-3, R-WEB-4: a conversation is marked while it is answered elsewhere, then unread, until it is opened; renamed and deleted, on every device", async ({
  person,
  newPerson,
}) => {
  const here = await person.begins("looked at");
  const tab = await person.inAnotherTab();
  const device = await newPerson({ storageState: await person.context.storageState() });
  for (const { page, messages } of [tab, device]) {
    await page.goto(`/c/${here}`);
    await expect(messages).toHaveCount(2);
  }
  await person.page.goto("/new");
  await person.says("tell me a story [long 60 50]");
  await expect(person.page).toHaveURL(/\/c\//);
  const row = ({ sidebar }: Person) => sidebar.getByRole("listitem").filter({ hasText: "tell me a story" });
  const mark = (person: Person, name: string) => row(person).getByRole("img", { name, exact: true });
  for (const one of [tab, device]) await expect(mark(one, "Being answered")).toBeVisible();
  await person.page.goto(`/c/${here}`);
  const all = [person, tab, device];
  for (const one of all) await expect(mark(one, "Being answered")).toBeVisible();
  for (const one of all) await expect(mark(one, "Unread")).toBeVisible({ timeout: 30_000 });
  await device.link(/^tell me a story/).click();
  await expect(device.answers).toHaveCount(1);
  for (const one of all) await expect(mark(one, "Unread")).toHaveCount(0);

  await person.renames("tell me a story [long 60 50]", "A story");
  for (const one of all) await expect(one.link("A story")).toBeVisible(soon);
  await device.deletes("A story");
  for (const one of all) await expect(one.link("A story")).toHaveCount(0, soon);
});

test("R-WEB-4: an answer that was followed to its end is read, though one leaves before its messages are read again", async ({
  person,
}) => {
  const other = await person.begins("gone to");
  await person.comesToNew();
  await person.says("[long 20 50] followed");
  await expect(person.answers).toContainText("word3");
  const gate = makeGate();
  await person.page.route(/message\.page|conversation\.find/, async (route) => {
    await gate.opened;
    await route.continue();
  });
  await person.isAnswered();
  const marked = person.page.waitForResponse(/conversation\.update/);
  await person.opens(other);
  gate.open();
  await marked;
  await person.page.reload();
  await expect(person.conversations).toHaveText([/followed/, /gone to/]);
  await expect(person.sidebar.getByRole("img", { name: "Unread" })).toHaveCount(0);
});

test("R-WEB-3: a tab that sleeps holds up no other, whichever holds the stream, and has all of it when it wakes", async ({
  person,
}) => {
  const id = await person.begins("one of two sleeps");
  const other = await person.inAnotherTab(`/c/${id}`);
  await expect(other.messages).toHaveCount(2);
  let count = 2;
  for (const [sleeper, awake] of [
    [person, other],
    [other, person],
  ] as const) {
    const devtools = await person.context.newCDPSession(sleeper.page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await awake.asks("said while the other sleeps");
    count += 2;
    await expect(awake.messages).toHaveCount(count);
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await expect(sleeper.messages).toHaveCount(count);
    expect(await sleeper.log.innerText()).toBe(await awake.log.innerText());
  }
});

test("R-WEB-3: ten tabs of one browser all work, with one event stream for all of them", async ({
  person,
  database,
}) => {
  test.slow();
  const streams = new Set<Request>();
  const isStream = (request: Request) => request.url().includes("live.feed");
  person.context.on("request", (request) => isStream(request) && streams.add(request));
  person.context.on("requestfinished", (request) => streams.delete(request));
  person.context.on("requestfailed", (request) => streams.delete(request));
  const id = await person.begins("open in ten tabs");
  const tabs = [person];
  while (tabs.length < 10) {
    const tab = await person.inAnotherTab(`/c/${id}`);
    await expect(tab.messages).toHaveCount(2);
    tabs.push(tab);
  }
  await person.page.bringToFront();
  await person.asks("can all of you hear me");
  for (const tab of tabs) await expect(tab.messages).toHaveCount(4);
  expect(streams.size).toBe(1);
  // The tab that held the stream goes: another takes over.
  await tabs.shift()?.page.close();
  const last = tabs.at(-1);
  await last?.page.bringToFront();
  await last?.asks("and now");
  for (const tab of tabs) await expect(tab.messages).toHaveCount(6);
  expect([...streams].filter((request) => !request.frame().page().isClosed())).toHaveLength(1);
  expect(await database.sql("select 1 from messages where conversation_id = $1", [id])).toHaveLength(6);
});
