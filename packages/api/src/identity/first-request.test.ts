import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { newAccount } from "../testing/people.ts";
import { serveTests, startTestServer, type TestServer } from "../testing/test-server.ts";

const used = serveTests();
let otherProcess: TestServer;
beforeAll(async () => {
  otherProcess = await startTestServer(used.db);
});
afterAll(() => otherProcess.stop());

/** What a browser has that was given a page, and nothing else yet. */
function visitor(): Browser {
  const browser = used.server.browser();
  const [name, value] = used.server.api.visitCookie(new Headers())?.split(/[=;]/) ?? [];
  browser.cookies.set(String(name), String(value));
  return browser;
}

/** The same browser, with what it knows now, before another process. */
function elsewhere(browser: Browser): Browser {
  const other = otherProcess.browser();
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  return other;
}

async function ownerOf(browser: Browser): Promise<string> {
  return (await browser.query("account.me")).data.id;
}

describe("the first requests of a visitor", () => {
  it("R-TURN-6: a first send that is repeated at another process, its answer lost, is one guest's and one turn", async () => {
    const send = { turnId: crypto.randomUUID(), message: "Hello" };
    const atOnce = [used.server.browser(), otherProcess.browser()].map((browser) => browser.mutate("turn.start", send));
    const answers = [...(await Promise.all(atOnce)), await otherProcess.browser().mutate("turn.start", send)];
    expect(new Set(answers.map(({ data }) => data?.conversation.id)).size).toBe(1);
    expect(await used.db.sql("select 1 from turns where id = $1", [send.turnId])).toHaveLength(1);
  });

  it("R-SEC-2: all that one browser does at first makes one guest, in whatever tab and at whichever process", async () => {
    const tab = visitor();
    const [otherTab, third] = [tab.copy(), elsewhere(tab)];
    const answers = await Promise.all([
      tab.mutate("task.add", { title: "Milk" }),
      otherTab.mutate("turn.start", { turnId: crypto.randomUUID(), message: "Hello" }),
      third.mutate("conversation.create", { title: "Mine" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const owners = await Promise.all([tab, otherTab, third].map(ownerOf));
    expect(new Set(owners).size).toBe(1);
    expect([...tab.cookies.keys()].sort()).toEqual(["holdfast.session_data", "holdfast.session_token"]);
  });

  it("R-SEC-2: whoever comes with the visit of a guest of before, or of an account, is a guest of their own", async () => {
    const [registered, old] = [visitor(), visitor()];
    const thieves = [registered.copy(), old.copy()];
    for (const browser of [registered, old]) await browser.mutate("task.add", { title: "Secret" });
    const { id } = await newAccount(registered);
    expect(await ownerOf(registered)).toBe(id);
    await used.db.sql("update users set created_at = created_at - interval '61 seconds' where id = $1", [
      await ownerOf(old),
    ]);
    for (const thief of thieves) {
      expect((await thief.mutate("task.add", { title: "Mine" })).status).toBe(200);
      expect((await thief.query("task.list")).data).toMatchObject([{ title: "Mine" }]);
    }
  });

  it("R-SEC-8: a visit is nobody's who has a session or a token, is random, and no script or other host sets or reads it", async () => {
    const { api } = used.server;
    const cookies = [1, 2].map(() => api.visitCookie(new Headers()) ?? "");
    expect(new Set(cookies).size).toBe(2);
    for (const cookie of cookies)
      expect(cookie).toMatch(/^holdfast\.visit=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    for (const [name, value] of [
      ["cookie", cookies[0]?.split(";")[0] ?? ""],
      ["cookie", "holdfast.session_token=dead.or.alive"],
      ["authorization", "Bearer x"],
    ] as const) {
      expect(api.visitCookie(new Headers({ [name]: value })), value).toBeNull();
    }
    expect(api.visitCookie(new Headers({ cookie: "holdfast.visit=mine" }))).not.toBeNull();
    const https = await startTestServer(used.db, { appUrl: "https://chat.example" });
    expect(https.api.visitCookie(new Headers())).toMatch(/^__Host-holdfast\.visit=.*; Secure$/);
    await https.stop();
  });
});
