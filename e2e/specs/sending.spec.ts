import type { Page, Route } from "@playwright/test";
import type { TestedDatabase } from "../fixtures/database.ts";
import { makeGate } from "../fixtures/gate.ts";
import type { Person } from "../fixtures/person.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { expect, test } from "../fixtures/test.ts";

const inLog = "[data-sending]";

test("R-TURN-6: a send whose response is lost after it was stored goes again by itself, and is one turn", async ({
  person,
  database,
}) => {
  person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
  await person.begins("all is well");
  const sends = await onStart(person.page, async (route, attempt) => {
    if (attempt > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await person.asks("and is answered once");
  await expect(person.sent).toHaveCount(2);
  await expect(person.answers.last()).toHaveText(/^Echo: and is answered once/);
  await expect.poll(() => sends.count).toBe(2);
  await expect(person.log.locator(inLog)).toHaveCount(0);
  const id = person.conversationId();
  expect(await database.sql("select 1 from messages where conversation_id = $1", [id])).toHaveLength(4);
  expect(await database.sql("select 1 from turns where conversation_id = $1", [id])).toHaveLength(2);
});

test("R-WEB-4: what was sent shows at once under the id that it keeps, and is marked until the server has it", async ({
  person,
}) => {
  await person.begins("all is well");
  const release = await holdsStart(person.page);
  await person.says("on its way");
  const sent = person.sent.last();
  await expect(sent).toHaveAttribute("data-sending", "sending");
  await expect(sent).toContainText("Sending…");
  const id = await sent.getAttribute("data-message-id");
  release();
  await person.isAnswered();
  await expect(person.log.locator(inLog)).toHaveCount(0);
  await expect(sent).toHaveAttribute("data-message-id", id ?? "");
  await person.page.reload();
  await expect(sent).toHaveAttribute("data-message-id", id ?? "");
});

test("R-TURN-4: Stop during a visitor's first send stops the answer as soon as it has begun", async ({ person }) => {
  await person.page.goto("/new");
  const release = await holdsStart(person.page);
  await person.says("[long 300 100] the very first");
  await person.stop.click();
  release();
  await expect(person.page).toHaveURL(/\/c\//);
  await expect(person.send).toBeVisible();
  await expect(person.log).toContainText("Stopped");
  await person.page.reload();
  await expect(person.log).toContainText("Stopped");
  await expect(person.sent).toHaveCount(1);
});

test("R-TURN-4: Stop during a send stops the answer as soon as it has begun", async ({ person, database }) => {
  await person.begins("all is well");
  const release = await holdsStart(person.page);
  await person.says("[long 300 100] not so fast");
  await person.stop.click();
  await expect(person.sent.last()).toContainText("Stopping…");
  release();
  await expect(person.send).toBeVisible();
  await expect(person.sent).toHaveCount(2);
  await endsAs(database, person.conversationId(), ["completed", "stopped"]);
  await expect(person.log).toContainText(/Stopped/);
});

test("R-TURN-4: Stop during a send that never arrives gives the text back, and nothing goes later", async ({
  person,
  database,
}) => {
  person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
  await person.begins("all is well");
  const sends = await onStart(person.page, (route, _, released) => released.then(() => route.abort()));
  await person.says("taken back");
  await person.stop.click();
  sends.release();
  await expect(person.composer).toHaveValue("taken back");
  await expect(person.send).toBeVisible();
  await expect(person.sent).toHaveCount(1);
  await person.page.reload();
  await expect(person.composer).toHaveValue("taken back");
  await expect(person.messages).toHaveCount(2);
  expect(sends.count).toBe(1);
  const id = person.conversationId();
  expect(await database.sql("select 1 from turns where conversation_id = $1", [id])).toHaveLength(1);
});

test("R-TURN-4: Stop during a send that had arrived all the same stops it where it turns up", async ({
  person,
  database,
}) => {
  person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
  await person.begins("all is well");
  const { release } = await onStart(person.page, async (route, _, released) => {
    await released;
    await route.fetch();
    await route.abort();
  });
  await person.says("[long 300 100] arrived");
  await person.stop.click();
  release();
  await endsAs(database, person.conversationId(), ["completed", "stopped"]);
  await expect(person.sent).toHaveCount(2);
  await expect(person.send).toBeVisible();
});

test("R-TURN-4: a Stop at whatever moment of a turn stops it, and the server goes on", async ({
  person,
  server,
  database,
}) => {
  await person.begins("all is well");
  const before = server.pid;
  for (const [model, message] of [
    ["openai/fake-echo", '[tool add_task {"title":"Tea"}] [then long 40 2]'],
    ["built-in", "add tea and coffee"],
  ] as const) {
    await person.page.evaluate(
      async ([model, message]) => {
        const call = (path: string, input: object) =>
          fetch(`/api/trpc/${path}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(input),
          });
        const stopAfter = async (delayMs: number) => {
          const turnId = crypto.randomUUID();
          await call("turn.start", { turnId, message, model });
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          await call("turn.stop", { turnId });
        };
        await Promise.all(Array.from({ length: 30 }, (_, index) => stopAfter(index * 3)));
      },
      [model, message],
    );
  }
  const running = "select 1 from turns where status = 'running' and prompt like any (array['%add tea%', '%add_task%'])";
  await expect.poll(() => database.sql(running)).toEqual([]);
  await person.asks("and on");
  expect(server.pid).toBe(before);
  expect(server.output).not.toContain("unhandled");
});

test("R-WEB-1: a message that waits for the connection as its tab is closed is sent by the next page", async ({
  person,
}) => {
  person.problems.allow(...connectionLoss);
  const id = await person.begins("all is well");
  await person.context.setOffline(true);
  await person.says("sent into the void");
  await expect(person.log).toContainText("Waiting for the connection");
  await person.page.close();
  await person.context.setOffline(false);
  const next = await person.inAnotherTab(`/c/${id}`);
  await expect(next.answers.last()).toHaveText(/^Echo: sent into the void/);
  await expect(next.sent).toHaveCount(2);
  await expect(next.log.locator(inLog)).toHaveCount(0);
});

test("R-WEB-1: a message that waits in a tab is sent by another that is open, once the tab is closed", async ({
  person,
  database,
}) => {
  person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
  const id = await person.begins("all is well");
  const other = await person.inAnotherTab("/new");
  await expect(other.conversations).toHaveCount(1);
  await onStart(person.page, (route) => route.abort());
  await person.says("in a tab of its own");
  await expect(person.log).toContainText("Waiting for the connection");
  expect(await database.sql("select 1 from turns where conversation_id = $1", [id])).toHaveLength(1);
  await person.page.close();
  await endsAs(database, id, ["completed", "completed"]);
  await other.opens(id);
  await expect(other.answers.last()).toHaveText(/^Echo: in a tab of its own/);
});

test("R-WEB-4: a draft for a new conversation stays in its tab when another tab's first message arrives", async ({
  person,
}) => {
  await person.page.goto("/new");
  const other = await person.inAnotherTab("/new");
  const release = await holdsStart(person.page);
  await person.says("a first message");
  await other.composer.fill("a draft for later");
  release();
  await expect(person.page).toHaveURL(/\/c\//);
  await person.isAnswered();
  await expect(person.composer).toHaveValue("");
  await other.page.reload();
  await expect(other.composer).toHaveValue("a draft for later");
});

test("R-WEB-4: New chat during a first send leads to an empty page at once, and what was sent comes to the sidebar", async ({
  person,
}) => {
  await person.page.goto("/new");
  const first = await onStart(person.page, async (route, attempt, released) => {
    if (attempt === 1) await released;
    await route.continue();
  });
  await person.says("the slow first");
  await expect(person.sent).toHaveCount(1);
  await person.newChat.click();
  await expect(person.sent).toHaveCount(0);
  await expect(person.composer).toBeFocused();
  await expect(person.composer).toHaveValue("");
  await expect(notSent(person)).toContainText("the slow first");
  await person.asks("the quick second");
  await expect(person.answers).toHaveText(/^Echo: the quick second/);
  const second = person.conversationId();
  await person.newChat.click();
  await person.composer.fill("a third, not sent");
  first.release();
  await person.link("the slow first").click();
  await expect(person.answers).toHaveText(/^Echo: the slow first/);
  await expect(person.composer).toHaveValue("");
  expect(person.conversationId()).not.toBe(second);
  await expect(person.conversations).toHaveCount(2);
  await person.newChat.click();
  await expect(person.composer).toHaveValue("a third, not sent");
  await expect(notSent(person)).toHaveCount(0);
});

test("R-WEB-4: what New chat has left without a connection is found again after a refresh, and sent once there is one", async ({
  person,
  database,
}) => {
  person.problems.allow(...connectionLoss, /net::ERR_FAILED/);
  const id = await person.begins("all is well");
  const lost = await onStart(person.page, (route) => route.abort());
  await person.newChat.click();
  await person.says("left in the void");
  await expect(person.log).toContainText("Waiting for the connection");
  await person.opens(id);
  await person.newChat.click();
  await expect(person.sent).toHaveCount(0);
  await person.says("and one more");
  await expect(person.log).toContainText("Waiting for the connection");
  await person.newChat.press("Enter");
  await expect(notSent(person).getByRole("button")).toHaveCount(2);
  await person.page.reload();
  await expect(notSent(person).getByRole("button")).toHaveCount(2);
  await expect(person.sent).toHaveCount(0);
  await person.page.getByRole("button", { name: "Show “left in the void”" }).click();
  await expect(person.sent).toHaveText(/^left in the void/);
  await person.stop.click();
  await expect(person.composer).toHaveValue("left in the void");
  await expect(notSent(person).getByRole("button")).toHaveCount(1);
  expect(lost.count).toBeGreaterThan(1);
  await person.page.unroute(starts);
  await expect(person.link("and one more")).toBeVisible();
  await expect(person.composer).toHaveValue("left in the void");
  await expect(notSent(person)).toHaveCount(0);
  expect(await database.sql("select 1 from turns where prompt = 'and one more'")).toHaveLength(1);
  expect(await database.sql("select 1 from turns where prompt = 'left in the void'")).toHaveLength(0);
});

const notSent = (person: Person) => person.page.getByRole("status", { name: "Not sent yet" });

/** The next send goes out when it is released. */
async function holdsStart(page: Page): Promise<() => void> {
  const { release } = await onStart(page, (route, _, released) => released.then(() => route.continue()));
  return release;
}

/** Waits until the turns of the conversation have these states, in their order. */
async function endsAs(database: TestedDatabase, conversationId: string, states: string[]): Promise<void> {
  const turns = "select status from turns where conversation_id = $1 order by started_at";
  await expect.poll(() => database.sql(turns, [conversationId])).toEqual(states.map((status) => ({ status })));
}

const starts = /\/api\/trpc\/[^?]*\bturn\.start\b/;

/** Decides what becomes of each send of a page, counted from 1; some wait until they are released. */
async function onStart(page: Page, act: (route: Route, attempt: number, released: Promise<void>) => Promise<void>) {
  const gate = makeGate();
  const asked = { count: 0, release: gate.open };
  await page.route(starts, (route) => act(route, ++asked.count, gate.opened));
  return asked;
}
