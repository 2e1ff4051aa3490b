import { randomUUID } from "node:crypto";
import type { TestedDatabase } from "../fixtures/database.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

const tabsEach = 3;
const sendsInAll = 20;

test("R-TURN-7: of twenty sends at once into one conversation, from two browsers, each accepted one is stored once and each refused one keeps its text", async ({
  person,
  newPerson,
  database,
}) => {
  test.slow();
  const id = await person.begins("twenty at once");
  const tabs = await tabsOf(
    [person, await newPerson({ storageState: await person.context.storageState() })],
    `/c/${id}`,
  );
  for (const { page, problems } of tabs) problems.allow(new RegExp(`status of 409.*${new URL(page.url()).host}`));

  const { typed, sent } = await sendAtOnce(tabs, id);
  // Each tab has either handed its text over, which is stored with its answer, or has it still.
  for (const { tab, nonce } of typed) {
    await expect(tab.log.locator("[data-sending]")).toHaveCount(0);
    await expect(async () => {
      const isStored = (await answersTo(database, nonce)).length > 0;
      expect(isStored || (await tab.composer.inputValue()).includes(nonce)).toBe(true);
    }).toPass({ timeout: 10_000 });
  }
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200, 409]));

  await expect(async () => {
    expect(await database.sql("select 1 from turns where conversation_id = $1 and status = 'running'", [id])).toEqual(
      [],
    );
  }).toPass();
  const accepted: string[] = [];
  for (const { nonce, status } of sent) {
    const stored = (await answersTo(database, nonce)).length;
    expect(stored).toBe(status === 200 ? 1 : 0);
    if (stored > 0) accepted.push(nonce);
  }
  for (const { tab, nonce } of typed) {
    const stored = (await answersTo(database, nonce)).length;
    const isKept = (await tab.composer.inputValue()).includes(nonce);
    expect({ stored, isKept }).toEqual(stored > 0 ? { stored: 1, isKept: false } : { stored: 0, isKept: true });
    if (stored > 0) accepted.push(nonce);
  }
  expect(accepted.length).toBeGreaterThan(0);
  const messages = await messagesOf(database, id);
  expect(messages.map(({ position }) => position)).toEqual(messages.map((_, index) => index + 1));
  expect(messages).toHaveLength(2 + 2 * accepted.length);
  // Both browsers show what is stored, and nothing else.
  for (const tab of tabs) await expect(tab.messages).toHaveCount(messages.length);
});

test("R-TURN-7: twenty conversations are begun at once, from two browsers, and no word of one is in another", async ({
  person,
  newPerson,
  database,
}) => {
  test.slow();
  await person.begins("somebody, before twenty others");
  const tabs = await tabsOf([person, await newPerson({ storageState: await person.context.storageState() })], "/new");
  const { typed, sent } = await sendAtOnce(tabs, null);
  expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200));
  for (const { tab, nonce } of typed) {
    await expect(tab.page).toHaveURL(/\/c\//);
    await tab.isAnswered();
    await expect(tab.answers).toHaveText([new RegExp(`^Echo: ${nonce}`)]);
  }
  const conversations = new Set<string>();
  for (const { nonce } of [...typed, ...sent]) {
    await expect.poll(async () => (await answersTo(database, nonce)).length).toBe(1);
    const [answer] = await answersTo(database, nonce);
    const messages = await messagesOf(database, answer?.conversation_id ?? "");
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ["user", nonce],
      ["assistant", `Echo: ${nonce}`],
    ]);
    conversations.add(answer?.conversation_id ?? "");
  }
  expect(conversations.size).toBe(sendsInAll);
  for (const tab of tabs) await expect(tab.conversations).toHaveCount(sendsInAll + 1);
});

async function tabsOf(browsers: readonly Person[], path: string): Promise<Person[]> {
  const tabs: Person[] = [];
  for (const browser of browsers) {
    tabs.push(browser);
    while (tabs.length % tabsEach !== 0) tabs.push(await browser.inAnotherTab());
  }
  await Promise.all(tabs.map((tab) => tab.page.goto(path)));
  for (const tab of tabs) await expect(tab.composer).toBeVisible();
  return tabs;
}

/** From each tab by its composer, and the rest by what the pages call themselves; every text is a nonce, which the model says back. */
async function sendAtOnce(tabs: readonly Person[], conversationId: string | null) {
  const typed = tabs.map((tab) => ({ tab, nonce: randomUUID() }));
  const called = Array.from({ length: sendsInAll - tabs.length }, (_, index) => ({
    tab: tabs[index % tabs.length] as Person, // the index is within
    nonce: randomUUID(),
  }));
  for (const { tab, nonce } of typed) await tab.composer.fill(nonce);
  const [sent] = await Promise.all([
    Promise.all(called.map(async ({ tab, nonce }) => ({ nonce, status: await start(tab, nonce, conversationId) }))),
    ...typed.map(({ tab }) => tab.composer.press("Enter")),
  ]);
  return { typed, sent };
}

function start({ page }: Person, message: string, conversationId: string | null): Promise<number> {
  const input = { turnId: randomUUID(), message, ...(conversationId && { conversationId }) };
  return page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    return (await fetch("/api/trpc/turn.start", { method: "POST", headers, body })).status;
  }, JSON.stringify(input));
}

interface StoredMessage {
  conversation_id: string;
  position: number;
  role: string;
  content: string;
}

/** The answers that follow this very question; each must be its own. */
async function answersTo(database: TestedDatabase, nonce: string): Promise<StoredMessage[]> {
  return database.sql<StoredMessage & Record<string, unknown>>(
    `select answer.conversation_id, answer.position, answer.role, answer.content from messages question
     join messages answer on answer.conversation_id = question.conversation_id and answer.position = question.position + 1
     where question.content = $1 and answer.content = 'Echo: ' || $1`,
    [nonce],
  );
}

async function messagesOf(database: TestedDatabase, conversationId: string): Promise<StoredMessage[]> {
  return database.sql<StoredMessage & Record<string, unknown>>(
    "select conversation_id, position, role, content from messages where conversation_id = $1 order by position",
    [conversationId],
  );
}
