import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newEmail, newGuest } from "../testing/people.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(async () => {
  await db.close();
});

describe("limits", () => {
  it("R-SEC-8: sign-in attempts are counted by account and by address, where all processes see them", async () => {
    const limits = { sendsPerMinute: 0, signInsPerMinute: 3, requestsPerMinute: 0, streams: 0 };
    const one = await startTestServer(db, { limits, trustProxy: true });
    const two = await startTestServer(db, { limits, trustProxy: true });
    const attempt = (target: TestServer, email: string, address: string) =>
      target.browser().fetch("/api/auth/sign-in/email", {
        method: "POST",
        json: { email, password: "wrong password" },
        headers: { "x-forwarded-for": `6.6.6.6, ${address}` },
      });
    const email = newEmail();
    for (const target of [one, two, one]) expect((await attempt(target, email, "1.1.1.1")).status).toBe(401);
    const refused = await attempt(two, email.toUpperCase(), "1.1.1.2");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    for (let count = 0; count < 9; count++) expect((await attempt(one, newEmail(), "2.2.2.2")).status).toBe(401);
    expect((await attempt(two, newEmail(), "2.2.2.2")).status).toBe(429);
    expect((await attempt(two, newEmail(), "2.2.2.3")).status).toBe(401);
    expect(JSON.stringify(await db.sql("select key from rate_limits"))).not.toContain("@");
    await one.stop();
    await two.stop();
  });

  it("R-SEC-8: sends, requests and streams of a person are limited, others go on", async () => {
    const limits = { sendsPerMinute: 2, signInsPerMinute: 0, requestsPerMinute: 12, streams: 1 };
    const limited = await startTestServer(db, { limits });
    const { browser } = await newGuest(limited.browser());
    const turnId = crypto.randomUUID();
    const send = (id = crypto.randomUUID()) => browser.mutate("turn.start", { turnId: id, message: "Hello" });
    expect([(await send(turnId)).status, (await send()).status, (await send()).code]).toEqual([
      200,
      200,
      "TOO_MANY_REQUESTS",
    ]);
    expect((await send(turnId)).status, "R-TURN-6: what was sent before is answered the same").toBe(200);

    const stream = await browser.fetch("/api/trpc/live.feed", { headers: { accept: "text/event-stream" } });
    expect(stream.status).toBe(200);
    expect((await browser.fetch("/api/trpc/live.feed", { headers: { accept: "text/event-stream" } })).status).toBe(429);
    await stream.body?.cancel();

    let last = await browser.query("account.me");
    for (let count = 0; count < 12 && last.status === 200; count++) last = await browser.query("account.me");
    expect(last.code).toBe("TOO_MANY_REQUESTS");
    expect((await (await newGuest(limited.browser())).browser.query("account.me")).status).toBe(200);
    await limited.stop();
  });
});
