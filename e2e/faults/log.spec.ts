import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { secret } from "./fixtures/caller.ts";
import { Network } from "./fixtures/network.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { mark, Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

const email = "somebody.to.look.for@example.org";
const password = "correct horse battery";

test("R-OPS-4: the whole log of a run at its most talkative, failures included, has no message, password, token or address in it", async () => {
  const postgres = await PostgresCluster.start();
  const network = await Network.to(postgres.port);
  const server = await serve({ DATABASE_URL: network.route(postgres.url()), LOG_LEVEL: "trace" });
  try {
    const cookies = await signUp(server);
    const workload = await Workload.of(1, server.url, postgres.sql);
    workload.begin();
    await sleep(1_000);
    network.reset();
    await refuseValues(server, workload.tokens[0] ?? "");
    await sleep(500);
    await workload.end();
    const lines = server.output.split("\n");
    // All of it was kept: it begins with the beginning.
    expect(server.output.length).toBeLessThan(200_000);
    expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThan(20);
    const secrets = [mark, secret, email, password, "for a test", "postgres://", ...cookies, ...workload.tokens];
    for (const each of secrets) {
      expect(
        lines.filter((line) => line.toLowerCase().includes(each.toLowerCase())),
        each,
      ).toEqual([]);
    }
  } finally {
    await server.end();
    network.close();
    await postgres.destroy();
  }
});

/** The values of its cookies. */
async function signUp(server: ServerProcess): Promise<string[]> {
  const headers = { "content-type": "application/json", origin: server.url };
  const body = JSON.stringify({ email, password, name: mark });
  const answer = await fetch(`${server.url}/api/auth/sign-up/email`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers,
    body: body.replace(password, `not ${password}`),
  });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0]?.split("=")[1] ?? "")
    .filter((value) => value.length > 8);
}

/** Input that is refused at each of the edges. */
async function refuseValues(server: ServerProcess, token: string): Promise<void> {
  const url = `${server.url}/api/00000000-0000-4000-8000-000000000000/conversations`;
  for (const body of [`{"title":"${mark}`, JSON.stringify({ title: mark.repeat(100) })]) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    expect((await fetch(url, { method: "POST", headers, body })).status).toBeGreaterThanOrEqual(400);
  }
  await fetch(
    `${server.url}/api/trpc/search.find?input=${encodeURIComponent(JSON.stringify({ text: mark, limit: 5 }))}`,
  );
  await fetch(`${server.url}/c/none?token=${token}`);
}
