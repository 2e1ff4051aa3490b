import { rm } from "node:fs/promises";
import { startEmbeddedPostgres } from "@holdfast/db";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { Person } from "../fixtures/person.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { Provider } from "../fixtures/provider.ts";
import { RoundRobin } from "../fixtures/round-robin.ts";
import { ServerProcess } from "../fixtures/server-process.ts";
import { test as base, expect } from "../fixtures/test.ts";

interface Site {
  proxy: RoundRobin;
  servers: ServerProcess[];
}

/** Two servers on one database, behind a proxy that sends each request to the next. */
const test = base.extend<object, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter to learn what a fixture needs
    async ({}, use) => {
      const dataDir = await makeDataDir();
      const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
      const provider = await Provider.start();
      const env = {
        DATABASE_URL: postgres.url,
        BETTER_AUTH_SECRET: "one secret that two servers share",
        HOLDFAST_DATA_DIR: dataDir,
        LIMIT_SENDS_PER_MINUTE: "0",
        OPENAI_BASE_URL: provider.baseUrl,
        DEFAULT_MODEL: "openai/fake-echo",
      };
      const servers = await Promise.all([ServerProcess.start(env), ServerProcess.start(env)]);
      const proxy = await RoundRobin.over(...servers.map(({ url }) => url));
      await use({ proxy, servers });
      proxy.close();
      await Promise.all(servers.map((server) => server.end()));
      await provider.goesAway();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test("R-OPS-5: a person is served by two servers in turn and notices nothing of it", async ({ browser, site }) => {
  const person = await Person.arrive(browser, site.proxy.url);
  await person.begins("first of both");
  const id = person.conversationId();
  for (const text of ["second of both", "third of both"]) await person.asks(text);
  await person.page.reload();
  await expect(person.sent).toHaveText([/first of both/, /second of both/, /third of both/]);
  await person.begins("another conversation");
  await person.page.goto(`/c/${id}`);
  await expect(person.sent).toHaveCount(3);
  for (const { url } of site.servers) expect(site.proxy.answered.get(url)).toBeGreaterThan(3);
  expect(person.problems.unexpected).toEqual([]);
  await person.leaves();
});

test("R-TURN-8: two tabs, on whichever server each is, see the same answer as it is written, and each other's changes", async ({
  browser,
  site,
}) => {
  test.slow();
  const person = await Person.arrive(browser, site.proxy.url);
  await person.begins("opened twice [title Seen by two]");
  // Another browser of the same person, so that it has an event stream of its own.
  const state = await person.context.storageState();
  const elsewhere = await Person.arrive(browser, site.proxy.url, { storageState: state });
  await elsewhere.page.goto(`/c/${person.conversationId()}`);
  await expect(elsewhere.answers).toHaveCount(1);
  await person.says("[long 60 50]");
  await expect(elsewhere.answers.last()).toHaveAttribute("aria-busy", "true");
  await person.isAnswered();
  await elsewhere.isAnswered();
  await expect(elsewhere.answers).toHaveCount(2);
  expect(await elsewhere.answers.last().textContent()).toBe(await person.answers.last().textContent());
  // The model has named it meanwhile.
  await expect(elsewhere.link("Seen by two")).toBeVisible();
  await person.renames("Seen by two", "renamed once");
  await expect(elsewhere.link("renamed once")).toBeVisible();
  await elsewhere.leaves();
  await person.leaves();
});

test("R-TURN-5: one server is killed in mid-answer and replaced: people go on with the other, and nothing is lost", async ({
  browser,
  site,
}) => {
  test.slow();
  const people = await Promise.all([1, 2].map(() => Person.arrive(browser, site.proxy.url)));
  for (const [index, person] of people.entries()) await person.begins(`kept ${index}`);
  for (const person of people) await person.says("[long 100 50]");
  for (const person of people) await expect(person.answers.last()).toHaveAttribute("aria-busy", "true");
  await site.servers[0]?.restart("SIGKILL");
  for (const person of people) {
    // Whoever's answer was on the other server gets it; the others see what there was, and one click goes on.
    await expect(person.send).toBeVisible({ timeout: 30_000 });
    if (await person.alert.isVisible()) await person.alert.getByRole("button", { name: "Try again" }).click();
    await person.isAnswered();
    await person.page.reload();
    await expect(person.sent).toHaveCount(2);
    await expect(person.answers).toHaveCount(2);
    await person.asks("and on");
    expect(person.problems.unexpected.filter((problem) => !connectionLoss.some((loss) => loss.test(problem)))).toEqual(
      [],
    );
  }
  await Promise.all(people.map((person) => person.leaves()));
});

test("R-OPS-5: both servers are replaced, one after the other, while somebody writes: no send fails", async ({
  browser,
  site,
}) => {
  test.slow();
  const person = await Person.arrive(browser, site.proxy.url);
  await person.begins("before the upgrade");
  for (const server of site.servers) {
    const restarting = server.restart();
    await person.asks(`during the upgrade of ${server.url}`);
    await restarting;
  }
  await person.asks("after the upgrade");
  await person.page.reload();
  await expect(person.sent).toHaveCount(4);
  await expect(person.answers).toHaveCount(4);
  await expect(person.alert).toHaveCount(0);
  await person.leaves();
});
