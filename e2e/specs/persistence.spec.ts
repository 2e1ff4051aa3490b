import { Person } from "../fixtures/person.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { TasksPanel } from "../fixtures/tasks-panel.ts";
import { TcpProxy } from "../fixtures/tcp-proxy.ts";
import { expect, test } from "../fixtures/test.ts";

const five = ["one fish", "two fish", "red fish", "blue fish", "a fifth fish"];

test("R-WEB-1: five messages are all there after a refresh, in their order", async ({ person }) => {
  await person.page.goto("/");
  await expect(person.page).toHaveURL(/\/new$/);
  for (const text of five) await person.asks(text);
  const before = await person.messages.allInnerTexts();
  await person.page.reload();
  await expect(person.sent).toHaveText(five.map((text) => new RegExp(text)));
  await expect(person.answers).toHaveCount(5);
  expect(await person.messages.allInnerTexts()).toEqual(before);
});

test("R-WEB-1: what was written is served with the page, before any script runs", async ({ person }) => {
  const id = await person.begins("served with the page");
  const response = await person.page.request.get(`/c/${id}`);
  expect(response.status()).toBe(200);
  expect(await response.text()).toContain("served with the page");
});

test("R-WEB-1, R-OPS-6: the server ends and starts again, and nothing is lost", async ({ person, server }) => {
  person.problems.allow(...connectionLoss);
  await person.begins("before the restart");
  await expect(person.answers).toContainText("before the restart");
  const before = await person.messages.allInnerTexts();
  await server.restart("SIGTERM");
  await person.page.reload();
  await expect(person.messages).toHaveCount(2);
  expect(await person.messages.allInnerTexts()).toEqual(before);
  await person.asks("after the restart");
  await expect(person.messages).toHaveCount(4);
});

test("R-WEB-1, R-TURN-5: the server is killed and starts again, and nothing is lost", async ({ person, server }) => {
  person.problems.allow(...connectionLoss);
  await person.begins("before the kill");
  await server.restart("SIGKILL");
  await person.page.reload();
  await expect(person.sent).toHaveText(/before the kill/);
  await expect(person.answers).toHaveCount(1);
  await person.asks("after the kill");
  await expect(person.messages).toHaveCount(4);
});

test("R-WEB-1: the browser is closed, and / opens the last conversation", async ({ person, browser, server }) => {
  await person.begins("an older conversation");
  const last = await person.begins("the last conversation");
  const storageState = await person.context.storageState();
  const reopened = await browser.newContext({ baseURL: server.url, storageState });
  const page = await reopened.newPage();
  await page.goto("/");
  await expect(page).toHaveURL(new RegExp(`/c/${last}$`));
  await expect(page.getByRole("log", { name: "Messages" })).toContainText("the last conversation");
  await reopened.close();
});

test("R-WEB-1: what was done last is done, though the network is slow and the page is closed", async ({
  browser,
  server,
  database,
}) => {
  const { hostname, port } = new URL(server.url);
  const network = await TcpProxy.to(hostname, Number(port));
  const person = await Person.arrive(browser, `http://127.0.0.1:${network.port}`);
  try {
    const id = await person.begins("a slow network");
    const panel = new TasksPanel(person);
    await panel.opens();
    await panel.adds("Tea");
    network.stall();
    const sent = ["task.update", "conversation.rename", "turn.start"].map((procedure) =>
      person.page.waitForRequest(new RegExp(procedure.replace(".", "\\."))),
    );
    await panel.box("Tea").check();
    await person.renames("a slow network", "A name at the last moment");
    await person.says("words at the last moment");
    await Promise.all(sent);
    await person.page.close();
    const done = async () => [
      await database.sql("select completed from tasks where title = 'Tea'"),
      await database.sql("select title from conversations where id = $1", [id]),
      await database.sql(
        "select content from messages where conversation_id = $1 and role = 'user' order by position",
        [id],
      ),
    ];
    expect(await done()).toEqual([
      [{ completed: false }],
      [{ title: "a slow network" }],
      [{ content: "a slow network" }],
    ]);
    network.flow();
    await expect
      .poll(done)
      .toEqual([
        [{ completed: true }],
        [{ title: "A name at the last moment" }],
        [{ content: "a slow network" }, { content: "words at the last moment" }],
      ]);
  } finally {
    await person.leaves();
    network.close();
  }
});

test("R-OPS-6: an open page reconnects after a restart and goes on", async ({ person, server }) => {
  person.problems.allow(...connectionLoss);
  await person.begins("this page stays open");
  await server.restart("SIGTERM");
  await expect(person.page.getByRole("status", { name: /Offline|Reconnecting/ })).toHaveCount(0, { timeout: 10_000 });
  await person.asks("and goes on");
  await expect(person.messages).toHaveCount(4);
});
