import { rm } from "node:fs/promises";
import { startEmbeddedPostgres } from "@holdfast/db";
import { makeDataDir } from "../fixtures/data-dir.ts";
import { Person } from "../fixtures/person.ts";
import { connectionLoss } from "../fixtures/problems.ts";
import { freePort, ServerProcess } from "../fixtures/server-process.ts";
import { TcpProxy } from "../fixtures/tcp-proxy.ts";
import { expect, test } from "../fixtures/test.ts";

const quiet = () => {};

test("R-OPS-3: the database goes away and comes back: 503 meanwhile, nothing typed is lost, no restart is needed", async ({
  browser,
}) => {
  test.slow();
  const dataDir = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir, log: quiet });
  const address = new URL(postgres.url);
  const network = await TcpProxy.to(address.hostname, Number(address.port));
  address.hostname = "127.0.0.1";
  address.port = String(network.port);
  const server = await ServerProcess.start({
    DATABASE_URL: address.href,
    BETTER_AUTH_SECRET: "a secret for an outage, long enough",
    HOLDFAST_DATA_DIR: dataDir,
    LIMIT_SENDS_PER_MINUTE: "0",
  });
  const person = await Person.arrive(browser, server.url);
  try {
    await person.begins("before the outage");
    network.cut();
    const begin = Date.now();
    for (const url of ["/api/health/ready", "/", `/c/${person.conversationId()}`]) {
      expect((await fetch(server.url + url)).status, url).toBe(503);
    }
    expect((await person.page.request.get("/api/trpc/conversation.list?input=%7B%22limit%22%3A5%7D")).status()).toBe(
      503,
    );
    expect(Date.now() - begin).toBeLessThan(20_000);
    expect((await fetch(`${server.url}/api/health/live`)).status).toBe(200);
    await person.says("typed during the outage");
    await expect(person.log).toContainText("typed during the outage");
    await expect(person.log).toContainText("Waiting for the connection");
    await expect(person.page.getByRole("status", { name: "Reconnecting" })).toBeVisible();

    // Without what the cookie remembers, only the database can tell who they are.
    await person.context.clearCookies({ name: "holdfast.session_data" });
    const { page: settings } = await person.inAnotherTab("/settings");
    await expect(
      settings.getByText("Holdfast cannot reach its database, so it cannot tell who you are."),
    ).toBeVisible();
    await expect(settings.getByText("You are here as a guest")).toHaveCount(0);

    network.mend();
    await expect(async () => {
      expect((await fetch(`${server.url}/api/health/ready`)).status).toBe(200);
    }).toPass({ timeout: 10_000 });
    await settings.getByRole("link", { name: "Try again" }).click();
    await expect(settings.getByText("You are here as a guest")).toBeVisible();
    await settings.close();
    await expect(person.answers).toHaveCount(2);
    await person.isAnswered();
    await expect(person.page.getByRole("status", { name: "Reconnecting" })).toHaveCount(0);
    await person.page.reload();
    await expect(person.sent).toHaveText([/^before the outage/, /^typed during the outage/]);
    await person.asks("after the outage");
    expect(person.problems.unexpected.filter((problem) => !connectionLoss.some((loss) => loss.test(problem)))).toEqual(
      [],
    );
  } finally {
    await person.leaves();
    await server.end();
    network.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

test("R-OPS-3: a server that starts before its database says so, answers 503, and serves when it has come", async () => {
  const dataDir = await makeDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir, log: quiet });
  const address = new URL(postgres.url);
  const network = await TcpProxy.to(address.hostname, Number(address.port));
  network.cut();
  address.hostname = "127.0.0.1";
  address.port = String(network.port);
  const port = String(await freePort());
  const starting = ServerProcess.start({
    PORT: port,
    DATABASE_URL: address.href,
    BETTER_AUTH_SECRET: "a secret for an outage, long enough",
    HOLDFAST_DATA_DIR: dataDir,
  });
  await expect(async () => {
    expect((await fetch(`http://127.0.0.1:${port}/api/health/ready`)).status).toBe(503);
  }).toPass();
  network.mend();
  const server = await starting;
  try {
    expect(server.output).toContain("The database cannot be reached. Holdfast waits for it.");
    expect(server.output).toMatch(/"reason":"[^"]+","msg":"the database cannot be reached/);
    expect((await fetch(`${server.url}/new`)).status).toBe(200);
  } finally {
    await server.end();
    network.close();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
