import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { type FakeGoogle, googleClient, startFakeGoogle } from "../testing/fake-google.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let db: TestDatabase;
let server: TestServer;
let google: FakeGoogle;

beforeAll(async () => {
  db = await openTestDatabase();
  server = await startTestServer(db, { oauth: { google: googleClient } });
  google = await startFakeGoogle({ sub: "4711", name: "Ada", email: "ada@example.com" });
});
afterAll(async () => {
  await google.stop();
  await server.stop();
  await db.close();
});

/** From the button to the address that Google sends the browser back to. */
async function goesToGoogle(browser: Browser): Promise<string> {
  const begun = await browser.post("/api/auth/sign-in/social", { provider: "google", callbackURL: "/c/1" });
  const { url } = (await begun.json()) as { url: string };
  expect(url).toMatch(/^https:\/\/accounts\.google\.com\//);
  const back = new URL(await google.visit(url));
  expect(back.origin).toBe(server.url);
  return back.pathname + back.search;
}

async function signsIn(browser: Browser): Promise<string | null> {
  const back = await browser.fetch(await goesToGoogle(browser));
  expect(back.status).toBe(302);
  return back.headers.get("location");
}

describe("signing in with Google", () => {
  it("R-SEC-2: a guest who comes back registered keeps id and conversations", async () => {
    const guest = server.browser();
    await guest.mutate("conversation.create", { title: "Of a guest" });
    const before = (await guest.query("account.me")).data;
    expect(await signsIn(guest)).toBe("/c/1");
    const person = { id: before.id, name: "Ada", email: "ada@example.com", isGuest: false };
    expect((await guest.query("account.me")).data).toEqual(person);
    const second = server.browser();
    await signsIn(second);
    expect((await second.query("account.me")).data).toEqual(person);
    const tokens = "select access_token, refresh_token, id_token from accounts where user_id = $1";
    const nothing = { access_token: null, refresh_token: null, id_token: null };
    expect(await db.sql(tokens, [before.id]), "none of its tokens is kept").toEqual([nothing]);
  });

  it("R-SEC-8: what Google sends back serves once, and the browser alone that was sent there", async () => {
    const [browser, thief] = [server.browser(), server.browser()];
    const back = await goesToGoogle(browser);
    expect((await thief.fetch(back)).headers.get("location")).toMatch(/^\/sign-in\?error=/);
    expect((await thief.query("account.me")).data).toBeNull();
    const again = await goesToGoogle(browser);
    expect((await browser.fetch(again)).headers.get("location")).toBe("/c/1");
    const replayed = server.browser();
    expect((await replayed.fetch(again)).headers.get("location")).toMatch(/^\/sign-in\?error=/);
    expect((await replayed.query("account.me")).data).toBeNull();
  });

  it("R-SEC-8: a code that Google did not give to this browser's challenge is worth nothing", async () => {
    const browser = server.browser();
    const back = new URL(await goesToGoogle(browser), server.url);
    const elsewhere = new URL(await goesToGoogle(server.browser()), server.url);
    back.searchParams.set("code", elsewhere.searchParams.get("code") ?? "");
    const refused = await browser.fetch(back.pathname + back.search);
    expect(refused.headers.get("location")).toMatch(/^\/sign-in\?error=/);
    expect((await browser.query("account.me")).data).toBeNull();
  });

  it("R-SEC-8: an address that somebody registered with a password is not taken over", async () => {
    const email = "eve@example.com";
    const owner = { name: "Eve", email, password: "a long enough password" };
    await server.browser().post("/api/auth/sign-up/email", owner);
    google.person = { sub: "4712", name: "Mallory", email };
    const other = server.browser();
    expect(await signsIn(other)).toMatch(/^\/sign-in\?error=account_not_linked/);
    expect((await other.query("account.me")).data).toBeNull();
  });

  it("R-SEC-8: nobody is sent to another site, though it were stored", async () => {
    google.person = { sub: "4711", name: "Ada", email: "ada@example.com" };
    const browser = server.browser();
    const back = await goesToGoogle(browser);
    const evil = `update verifications set value = replace(value, '"/c/1"', '"https://evil.example/"') returning value`;
    expect(JSON.stringify(await db.sql(evil))).toContain("https://evil.example/");
    const refused = await browser.fetch(back);
    expect([refused.status, refused.headers.get("location")]).toEqual([400, null]);
    expect((await browser.query("account.me")).data).toBeNull();
  });
});
