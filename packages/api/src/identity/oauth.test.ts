import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let db: TestDatabase;
let server: TestServer;
const realFetch = globalThis.fetch;

beforeAll(async () => {
  db = await openTestDatabase();
  server = await startTestServer(db, { oauth: { github: { clientId: "id", clientSecret: "secret" } } });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await server.stop();
  await db.close();
});

/** GitHub, as far as signing in with it goes; everything else is the real network. */
function gitHubKnows(profile: { id: number; login: string; email: string }): void {
  vi.stubGlobal("fetch", (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const url = String(input instanceof Request ? input.url : input);
    if (url.startsWith("https://github.com/login/oauth/access_token")) {
      return Promise.resolve(Response.json({ access_token: "gho_secret", token_type: "bearer", scope: "user:email" }));
    }
    if (url.startsWith("https://api.github.com/user/emails")) {
      return Promise.resolve(
        Response.json([{ email: profile.email, primary: true, verified: true, visibility: null }]),
      );
    }
    if (url.startsWith("https://api.github.com/user")) {
      return Promise.resolve(Response.json({ ...profile, name: "Ada", avatar_url: "https://github.com/a.png" }));
    }
    return realFetch(input, init);
  });
}

async function signInWithGitHub(browser: Browser): Promise<string | null> {
  const begun = await browser.post("/api/auth/sign-in/social", { provider: "github", callbackURL: "/c/1" });
  const state = new URL(((await begun.json()) as { url: string }).url).searchParams.get("state") ?? "";
  const back = await browser.fetch(`/api/auth/callback/github?code=abc&state=${encodeURIComponent(state)}`);
  expect(back.status).toBe(302);
  return back.headers.get("location");
}

describe("signing in with GitHub", () => {
  const profile = { id: 4711, login: "ada", email: "ada@example.com" };

  it("R-SEC-2: a guest who comes back registered keeps id and conversations", async () => {
    gitHubKnows(profile);
    const guest = server.browser();
    await guest.mutate("conversation.create", { title: "Of a guest" });
    const before = (await guest.query("account.me")).data;
    expect(await signInWithGitHub(guest)).toBe("/c/1");
    expect((await guest.query("account.me")).data).toEqual({
      id: before.id,
      name: "Ada",
      email: profile.email,
      isGuest: false,
    });
    const stored = JSON.stringify(await db.sql("select * from accounts where user_id = $1", [before.id]));
    expect(stored, "no token of GitHub is kept").not.toContain("gho_secret");
  });

  it("R-SEC-2: on a second device it is the same account, and takes what a guest had there", async () => {
    gitHubKnows(profile);
    const second = server.browser();
    await second.mutate("conversation.create", { title: "Of another guest" });
    await signInWithGitHub(second);
    const { data } = await second.query("conversation.list", {});
    const titles = data.conversations.map(({ title }: { title: string }) => title).sort();
    expect(titles).toEqual(["Of a guest", "Of another guest"]);
  });

  it("R-SEC-8: an address that somebody registered with a password is not taken over", async () => {
    const email = "eve@example.com";
    const owner = server.browser();
    await owner.post("/api/auth/sign-up/email", { name: "Eve", email, password: "a long enough password" });
    gitHubKnows({ id: 4712, login: "mallory", email });
    const other = server.browser();
    expect(await signInWithGitHub(other)).toMatch(/^\/sign-in\?error=account_not_linked/);
    expect((await other.query("account.me")).data).toBeNull();
  });

  it("R-SEC-4: an account without a password is deleted while its session is fresh, and not later", async () => {
    gitHubKnows({ id: 4713, login: "grace", email: "grace@example.com" });
    const browser = server.browser();
    await signInWithGitHub(browser);
    const { id } = (await browser.query("account.me")).data;
    const old = "update sessions set created_at = now() - interval '11 minutes' where user_id = $1";
    await db.sql(old, [id]);
    expect((await browser.post("/api/account/delete")).status).toBe(403);
    await signInWithGitHub(browser);
    expect((await browser.post("/api/account/delete")).status).toBe(204);
    expect(await db.sql("select 1 from users where id = $1", [id])).toEqual([]);
  });
});
