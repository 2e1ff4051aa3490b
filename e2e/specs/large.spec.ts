import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

const mostElements = 1_500;

test.slow();

test("R-MSG-9, R-PERF-5: a conversation of 10,000 messages opens at its end, and all of it can be read", async ({
  person,
  database,
}) => {
  const id = await person.begins("the longest one");
  await database.lengthen(id, 10_000, "message number #");
  await person.page.reload();
  await expect(person.messages.last()).toBeInViewport();
  await expect(person.messages.last()).toContainText("message number 10000");
  expect(await elements(person)).toBeLessThan(mostElements);

  const oldestShown = person.messages.first();
  await expect(async () => {
    await person.log.hover();
    await person.page.mouse.wheel(0, -20_000);
    await expect(oldestShown).not.toContainText(/number (9\d{3}|10000)$/, { timeout: 200 });
  }).toPass();
  expect(await elements(person)).toBeLessThan(mostElements);
  await person.page.getByRole("button", { name: "Scroll to bottom" }).click();
  await expect(person.messages.last()).toContainText("message number 10000");
  await expect(person.messages.last()).toBeInViewport();
});

test("R-MSG-9, R-WEB-4: below a message that was jumped to, the log goes on as one reads, and opens at its end the next time", async ({
  person,
  database,
}) => {
  const { page, log } = person;
  const other = await person.begins("somewhere else");
  const id = await person.begins("a long one");
  await database.lengthen(id, 400, "line #.");
  const [target] = await database.sql<{ id: string }>("select id from messages where content = 'line 100.'");
  await page.goto("/new");
  await page.goto(`/c/${id}#m-${target?.id}`);
  await expect(log.getByText("line 100.")).toBeInViewport();

  const pages: (() => void)[] = [];
  await page.route(/message\.page/, async (route) => {
    // Not what is read again because the page has just connected.
    const isNewer = decodeURIComponent(route.request().url()).includes('"cursor":"n');
    if (isNewer) await new Promise<void>((resolve) => pages.push(resolve));
    await route.continue().catch(() => {});
  });
  await log.hover();
  await expect(async () => {
    await page.mouse.wheel(0, 3_000);
    await expect(log.getByText("Loading newer messages…")).toBeInViewport({ timeout: 200 });
  }).toPass();
  const last = await person.messages.last().innerText();
  await expect.poll(() => pages.length).toBe(1);
  pages[0]?.();
  await expect(log.getByText("Loading newer messages…")).not.toBeInViewport();
  await expect(log.getByText(last, { exact: true })).toBeInViewport();

  await person.opens(other);
  await page.unroute(/message\.page/);
  await person.opens(id);
  await expect(log.getByText("line 400.")).toBeInViewport();
});

test("R-CONV-7: with 10,000 conversations the list goes on as one scrolls, and the page stays light", async ({
  person,
  database,
}) => {
  await person.begins("the newest of them");
  await database.sql(
    `insert into conversations (user_id, id, title, created_at, updated_at)
     select user_id, gen_random_uuid(), 'conversation ' || number, updated_at - number * interval '1 minute',
       updated_at - number * interval '1 minute'
     from conversations, generate_series(1, 9999) as number where id = $1`,
    [person.conversationId()],
  );
  await person.page.reload();
  await expect(person.link("the newest of them")).toBeVisible();
  expect(await elements(person)).toBeLessThan(mostElements);
  await expect(async () => {
    await person.conversations.last().hover();
    await person.page.mouse.wheel(0, 100_000);
    await expect(person.conversations.last()).toHaveText(/conversation [3-9]\d\d/, { timeout: 300 });
  }).toPass();
  expect(await elements(person)).toBeLessThan(mostElements);
});

function elements(person: Person): Promise<number> {
  return person.page.evaluate(() => document.querySelectorAll("*").length);
}
