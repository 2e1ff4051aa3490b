import { connectionLoss } from "../fixtures/problems.ts";
import { expect, test } from "../fixtures/test.ts";

// The longest file, and among the last: whoever is free takes the next of it.
test.describe.configure({ mode: "parallel" });

/** The words that `[long n …]` makes the provider say. */
const allWords = (count: number) => Array.from({ length: count }, (_, index) => `word${index + 1}`).join(" ");
const inOrder = (text: string | null) => (text?.match(/word\d+/g) ?? []).join(" ");

test("R-TURN-3: five refreshes in mid-answer lose nothing, double nothing, and show the question and the answer so far", async ({
  person,
  database,
}) => {
  await person.page.goto("/new");
  await person.says("[long 120 100] refresh me");
  await expect(person.answers.last()).toContainText("word3");
  await expect(person.page).toHaveURL(/\/c\//);
  for (let refreshes = 0; refreshes < 5; refreshes += 1) {
    const before = inOrder(await person.answers.last().textContent());
    await person.page.reload();
    await expect(person.sent).toHaveText([/refresh me/]);
    await expect(person.answers).toHaveCount(1);
    await expect(person.answers.last()).toContainText(before.split(" ").at(-1) ?? "");
    await expect(person.stop).toBeVisible();
  }
  await person.isAnswered();
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(120));
  const id = person.conversationId();
  const rows = await database.sql<{ content: string }>(
    "select content from messages where conversation_id = $1 order by position",
    [id],
  );
  expect(rows).toHaveLength(2);
  expect(inOrder(rows[1]?.content ?? "")).toBe(allWords(120));
  expect(await database.sql("select 1 from turn_chunks")).toEqual([]);
});

test("R-TURN-3: a closed tab does not stop the answer; whoever opens the conversation finds it", async ({ person }) => {
  await person.page.goto("/new");
  await person.says("[long 30 100] nobody watches");
  await expect(person.answers.last()).toContainText("word2");
  const url = person.page.url();
  await person.page.close();
  const later = await person.inAnotherTab(url);
  await later.isAnswered();
  expect(inOrder(await later.answers.last().textContent())).toBe(allWords(30));
});

test("R-TURN-4: Stop ends the answer at once and keeps what was said", async ({ person, database }) => {
  await person.page.goto("/new");
  await person.says("[long 300 100] stop me");
  await expect(person.answers.last()).toContainText("word5");
  await person.stop.click();
  await expect(person.send).toBeVisible({ timeout: 3_000 });
  const said = inOrder(await person.answers.last().textContent());
  await person.page.reload();
  await expect(person.messages).toHaveCount(2);
  expect(inOrder(await person.answers.last().textContent())).toBe(said);
  expect(allWords(300).startsWith(said)).toBe(true);
  const turns = await database.sql("select status from turns where conversation_id = $1", [person.conversationId()]);
  expect(turns).toEqual([{ status: "stopped" }]);
});

test("R-TURN-2: an earlier question is not asked again while an answer runs, and its button says so", async ({
  person,
}) => {
  await person.begins("an earlier question");
  await person.says("[long 300 50] a longer one");
  await expect(person.answers.last()).toContainText("word3");
  const again = person.answers.first().getByRole("button", { name: "Try again" });
  await expect(again).toHaveAttribute("aria-disabled", "true");
  await again.click({ force: true });
  await person.stop.click();
  await expect(person.send).toBeVisible();
  await expect(person.sent).toHaveCount(2);
  await again.click();
  await person.isAnswered();
  await expect(person.sent.last()).toHaveText(/an earlier question/);
});

test("R-WEB-4: Enter does nothing while an answer runs, and the text stays", async ({ person }) => {
  await person.page.goto("/new");
  await person.says("[long 40 100] wait for me");
  await expect(person.answers.last()).toContainText("word2");
  await person.composer.fill("too early");
  await person.composer.press("Enter");
  await expect(person.composer).toHaveValue("too early");
  await person.isAnswered();
  await expect(person.sent).toHaveCount(1);
  await person.composer.press("Enter");
  await expect(person.sent).toHaveCount(2);
});

test("R-TURN-2: a failure says what happened and stores nothing, and Try again works", async ({
  person,
  provider,
  database,
}) => {
  await person.begins("all is well");
  await provider.goesAway();
  await person.says("is anybody there");
  await expect(person.alert).toBeVisible({ timeout: 20_000 });
  await expect(person.sent.last()).toContainText("is anybody there");
  const stored = () => database.sql("select 1 from messages where conversation_id = $1", [person.conversationId()]);
  expect(await stored()).toHaveLength(2);
  await person.page.reload();
  await expect(person.alert).toBeVisible();
  await expect(person.log).toContainText("is anybody there");
  await provider.comesBack();
  await person.alert.getByRole("button", { name: "Try again" }).click();
  await expect(person.answers.last()).toContainText("Echo: is anybody there");
  await person.isAnswered();
  await expect(person.alert).toHaveCount(0);
  expect(await stored()).toHaveLength(4);
});

test("R-TURN-5: a server killed in mid-answer leaves an alert within 5 s of its return, and Try again works", async ({
  person,
  server,
  database,
}) => {
  person.problems.allow(...connectionLoss);
  await person.page.goto("/new");
  await person.says("[long 60 100] kill the server");
  await expect(person.answers.last()).toContainText("word5");
  await server.restart("SIGKILL");
  await expect(person.alert).toBeVisible({ timeout: 10_000 });
  await expect(person.log).toContainText("word3");
  const id = person.conversationId();
  expect(await database.sql("select 1 from messages where conversation_id = $1", [id])).toEqual([]);
  await person.page.reload();
  await expect(person.alert).toBeVisible({ timeout: 5_000 });
  await expect(person.log).toContainText("word3");
  await person.alert.getByRole("button", { name: "Try again" }).click();
  await expect(person.stop).toBeVisible();
  await person.isAnswered();
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(60));
  expect(await database.sql("select 1 from messages where conversation_id = $1", [id])).toHaveLength(2);
});

test("R-OPS-6: a server that is asked to end lets an answer finish that can; a longer one is interrupted, whole or not stored", async ({
  person,
  server,
  database,
}) => {
  person.problems.allow(...connectionLoss);
  const other = await person.inAnotherTab();
  await person.page.goto("/new");
  await person.says("[long 20 100] soon done");
  await expect(person.answers.last()).toContainText("word2");
  await other.page.goto("/new");
  await other.says("[long 200 100] not soon");
  await expect(other.answers.last()).toContainText("word5");
  await server.restart("SIGTERM");
  await expect(other.alert).toContainText("The server was restarted");
  await expect(other.log).toContainText("word5");
  await person.isAnswered();
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(20));
  const stored =
    "select status, (select count(*)::int from messages m where m.conversation_id = t.conversation_id) as n";
  const ids = [person.conversationId(), other.conversationId()];
  expect(
    await database.sql(`${stored} from turns t where conversation_id = any ($1) order by started_at`, [ids]),
  ).toEqual([
    { status: "completed", n: 2 },
    { status: "interrupted", n: 0 },
  ]);
  await other.alert.getByRole("button", { name: "Try again" }).click();
  await expect(other.answers.last()).toContainText("word3");
  await other.stop.click();
  await expect(other.send).toBeVisible();
});

test("R-TURN-3: ten seconds offline in mid-answer lose nothing", async ({ person }) => {
  person.problems.allow(...connectionLoss);
  await person.page.goto("/new");
  await person.says("[long 130 100] go offline");
  await expect(person.answers.last()).toContainText("word5");
  await person.context.setOffline(true);
  const notice = person.page.getByRole("status", { name: /^(Offline|Reconnecting)$/ });
  await expect(notice).toBeVisible();
  await person.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 10_000)));
  await person.context.setOffline(false);
  await expect(person.answers.last()).toContainText("word130", { timeout: 20_000 });
  await person.isAnswered();
  await expect(notice).toHaveCount(0);
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(130));
});

test("R-TURN-3: a page that sleeps in mid-answer has all of it when it wakes", async ({ person, server }) => {
  person.problems.allow(...connectionLoss);
  await person.page.goto("/new");
  await person.says("[long 60 50] good night");
  await expect(person.answers.last()).toContainText("word3");
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await expect
    .poll(async () => {
      const page = await person.context.request.get(`${server.url}/c/${person.conversationId()}`);
      return (await page.text()).includes("word60");
    })
    .toBe(true);
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await person.isAnswered();
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(60));
});

test("R-TURN-7: two conversations are answered at once, and no word crosses", async ({ person }) => {
  await person.page.goto("/new");
  await person.says("[long 40 100] the first");
  await expect(person.answers.last()).toContainText("word2");
  const first = person.conversationId();
  await person.page.goto("/new");
  await person.says("[say nothing but this] the second");
  await person.isAnswered();
  await expect(person.answers).toHaveText([/nothing but this/]);
  await expect(person.log).not.toContainText("word");
  await person.opens(first);
  await expect(person.answers).toContainText("word1");
  await person.isAnswered();
  expect(inOrder(await person.answers.last().textContent())).toBe(allWords(40));
  await expect(person.log).not.toContainText("nothing but this");
});

test("R-TURN-6: a double click sends once", async ({ person, database }) => {
  await person.page.goto("/new");
  await person.composer.fill("twice in a row");
  await person.send.dblclick();
  await person.isAnswered();
  await expect(person.sent).toHaveCount(1);
  expect(
    await database.sql("select 1 from messages where conversation_id = $1", [person.conversationId()]),
  ).toHaveLength(2);
});

test("R-CONV-5, R-WEB-4: deleting a conversation in mid-answer leaves nothing of it, and both tabs say so", async ({
  person,
  database,
}) => {
  // A reading of it that the deletion overtakes.
  person.problems.allow(/status of 404 .*message\.page/);
  await person.begins("to come back to");
  await person.page.goto("/new");
  await person.says("[long 300 100] goodbye");
  await expect(person.answers.last()).toContainText("word3");
  const id = person.conversationId();
  const watcher = await person.inAnotherTab(`/c/${id}`);
  await expect(watcher.stop).toBeVisible();
  await person.deletes((await person.link(/goodbye/).textContent()) ?? "");
  await expect(person.page).not.toHaveURL(new RegExp(id));
  await expect(watcher.page.getByText("This conversation was deleted.")).toBeVisible();
  await expect(watcher.send).toBeVisible();
  await expect(async () => {
    for (const table of ["messages", "turns"]) {
      expect(await database.sql(`select 1 from ${table} where conversation_id = $1`, [id]), table).toEqual([]);
    }
    expect(await database.sql("select 1 from turn_chunks")).toEqual([]);
  }).toPass({ timeout: 5_000 });
});

test("R-WEB-4: a draft survives a refresh, for each conversation its own", async ({ person }) => {
  const id = await person.begins("with a draft");
  await person.composer.fill("a draft for this one");
  await person.page.reload();
  await expect(person.composer).toHaveValue("a draft for this one");
  await person.begins("without one");
  await expect(person.composer).toHaveValue("");
  await person.opens(id);
  await expect(person.composer).toHaveValue("a draft for this one");
});
