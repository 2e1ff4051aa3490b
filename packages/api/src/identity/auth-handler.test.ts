import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { Client } from "pg";
import { describe, expect, it, vi } from "vitest";
import { newAccount } from "../testing/people.ts";
import { quiet } from "../testing/test-engine.ts";
import { serveTests } from "../testing/test-server.ts";

const logged: unknown[] = [];
const used = serveTests({ log: { ...quiet, error: (fields) => void logged.push(fields) } });

/** The database turns everybody away who is not its owner, while `work` lasts. */
async function withoutDatabase(work: () => Promise<void>): Promise<void> {
  const name = new URL(used.db.options.ownerUrl).pathname.slice(1);
  await used.db.sql(`alter database "${name}" connection limit 0`);
  try {
    await used.db.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename <> current_user",
      [name],
    );
    await work();
  } finally {
    await used.db.sql(`alter database "${name}" connection limit -1`);
  }
  await vi.waitFor(async () => expect(await used.db.isReady()).toBe(true), 10_000);
}

describe("signing out", () => {
  it("R-OPS-3: without a database is a 503, and can be repeated: nobody is told of an end that did not come", async () => {
    const { browser } = await newAccount(used.server.browser());
    const thief = browser.copy();
    const uncached = browser.copy();
    uncached.cookies.delete("holdfast.session_data");
    await withoutDatabase(async () => {
      for (const one of [browser, uncached]) {
        const response = await one.post("/api/auth/sign-out");
        expect(response.status).toBe(503);
        expect(await response.json()).toMatchObject({ error: { code: "UNAVAILABLE" } });
        expect(one.cookies.has("holdfast.session_token"), "the cookie stays, to sign out with").toBe(true);
      }
    });
    expect(logged, "an outage is logged").toHaveLength(2);
    expect((await thief.copy().mutate("conversation.create", {})).status).toBe(200);
    expect((await browser.post("/api/auth/sign-out")).status).toBe(200);
    expect((await thief.mutate("conversation.create", {})).code).toBe("UNAUTHORIZED");
  });
});

describe("a database that answers too late", () => {
  it("R-OPS-3: is a 503 for whoever has to be looked up, and none of its connections is used again", async () => {
    const { browser } = await newAccount(used.server.browser());
    browser.cookies.delete("holdfast.session_data");
    const owner = new Client({ connectionString: used.db.options.ownerUrl });
    await owner.connect();
    await owner.query("begin");
    await owner.query("lock table sessions in access exclusive mode");
    const [read, ...written] = await Promise.all([
      browser.copy().fetch("/api/trpc/account.me"),
      browser.copy().post("/api/auth/update-user", { name: "Late" }),
      used.server.browser().post("/api/trpc/conversation.create", {}),
    ]);
    expect([read.status, ...written.map(({ status }) => status)]).toEqual([503, 503, 503]);
    await owner.query("rollback");
    await owner.end();
    const again = await Promise.all(Array.from({ length: 10 }, () => browser.copy().fetch("/api/trpc/account.me")));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

/** `fetch` sends no Host but its own. */
async function sentTo(
  host: string,
  method: string,
  path: string,
): Promise<{ status: number | undefined; body: unknown }> {
  const headers = { host, "content-type": "application/json" };
  const sent = request(used.server.url + path, { method, headers, setHost: false }).end(
    method === "POST" ? "{}" : undefined,
  );
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

describe("a request", () => {
  it.each(["", "[", "%%%", "a b", "localhost:99999", "ada@localhost", "localhost/?"])(
    "R-API-3: whose Host is “%s” is refused as a bad one, and is no failure of ours",
    async (host) => {
      logged.length = 0;
      const refused = { status: 400, body: { error: { code: "BAD_REQUEST", requestId: expect.any(String) } } };
      expect(await sentTo(host, "GET", "/api/auth/get-session")).toMatchObject(refused);
      expect(await sentTo(host, "GET", "/api/auth/callback/github?state=x")).toMatchObject(refused);
      expect(await sentTo(host, "POST", "/api/auth/sign-out")).toMatchObject(refused);
      expect(logged).toEqual([]);
    },
  );

  it("R-API-3: may come by whatever name the server is known by", async () => {
    for (const host of ["localhost", "chat.example:8080", "[::1]:3000", "192.168.0.7"]) {
      expect(await sentTo(host, "GET", "/api/auth/get-session"), host).toEqual({ status: 200, body: null });
    }
  });
});
