import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { getMigrations } from "better-auth/db/migration";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { startTestServer, type TestServer, testSecret } from "../testing/test-server.ts";
import { authOptions } from "./auth.ts";

const password = "a long enough password";
let db: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  db = await openTestDatabase();
  server = await startTestServer(db, {
    script: (asked) => [{ say: "Slowly ", everyMs: 0 }, { waitMs: asked.includes("slow") ? 600 : 0 }, { say: "said." }],
  });
});
afterAll(async () => {
  await server.stop();
  await db.close();
});

function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

async function newGuest(browser = server.browser()) {
  const created = await browser.mutate("conversation.create", { title: "Of a guest" });
  expect(created.status).toBe(200);
  const me = await browser.query("account.me");
  return { browser, id: me.data.id as string, conversationId: created.data.id as string };
}

async function newAccount(email = newEmail(), browser = server.browser()) {
  const response = await browser.post("/api/auth/sign-up/email", { name: "Ada", email, password });
  expect(response.status).toBe(200);
  const { user } = (await response.json()) as { user: { id: string } };
  return { browser, email, id: user.id };
}

async function signIn(email: string, browser = server.browser()) {
  return { browser, response: await browser.post("/api/auth/sign-in/email", { email, password }) };
}

async function titles(browser: Browser): Promise<string[]> {
  const { data } = await browser.query("conversation.list", {});
  return data.conversations.map(({ title }: { title: string }) => title);
}

describe("the tables", () => {
  it("R-OPS-2: are what Better Auth expects: it finds nothing to add", async () => {
    const pool = new pg.Pool({ connectionString: db.urls.auth });
    const options = authOptions({ pool, secret: testSecret, appUrl: null, log: console, onSessionsEnded: () => {} });
    const { toBeAdded, toBeCreated } = await getMigrations(options);
    await pool.end();
    expect({ toBeAdded, toBeCreated }).toEqual({ toBeAdded: [], toBeCreated: [] });
  });
});

describe("guests", () => {
  it("R-SEC-2: a visitor's GETs make nobody", async () => {
    const before = await db.sql("select count(*)::int as count from users");
    const browser = server.browser();
    for (const path of ["/api/auth/get-session", "/api/auth/options", "/api/openapi.json", "/api/account/sessions"]) {
      await browser.fetch(path);
    }
    expect((await browser.query("account.me")).data).toBeNull();
    expect((await browser.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect(browser.cookies.size).toBe(0);
    expect(await db.sql("select count(*)::int as count from users")).toEqual(before);
  });

  it("R-SEC-2: the first action makes one, with cookies that scripts cannot read", async () => {
    const response = await server.browser().post("/api/trpc/conversation.create", {});
    const cookies = response.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["holdfast.session_token", "holdfast.session_data"]);
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/);
    for (const cookie of cookies) expect(cookie).not.toContain("Secure");
  });

  it("R-SEC-8: cookies are Secure behind https", async () => {
    const https = await startTestServer(db, { appUrl: "https://chat.example" });
    const browser = https.browser();
    const response = await browser.post("/api/trpc/conversation.create", {});
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/^__Secure-holdfast\..*; Secure/);
    expect((await browser.query("account.me")).data.isGuest).toBe(true);
    expect((await browser.post("/api/auth/sign-out")).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    await https.stop();
  });

  it("R-TURN-6: a first send that is repeated, its answer lost, finds the same guest", async () => {
    const turnId = crypto.randomUUID();
    const send = { turnId, message: "Hello" };
    const [first, second] = await Promise.all([
      server.browser().mutate("turn.start", send),
      server.browser().mutate("turn.start", send),
    ]);
    expect(second.data.conversation.id).toBe(first.data.conversation.id);
  });

  it("R-SEC-2: one who registers keeps id and conversations, also while an answer runs", async () => {
    const guests = await Promise.all([newGuest(), newGuest()]);
    for (const { browser, id, conversationId } of guests) {
      const turnId = crypto.randomUUID();
      const started = await browser.mutate("turn.start", { turnId, conversationId, message: "slow, please" });
      expect(started.data.turn.status).toBe("running");
      const account = await newAccount(newEmail(), browser);
      expect(account.id).toBe(id);
      expect((await browser.query("account.me")).data).toMatchObject({ id, name: "Ada", isGuest: false });
      await vi.waitFor(async () => {
        expect((await browser.query("turn.get", { turnId })).data.status).toBe("completed");
      }, 5_000);
      const { data: messages } = await browser.query("message.history", { conversationId });
      expect(messages.map(({ content }: { content: string }) => content)).toEqual(["slow, please", "Slowly said."]);
      expect(await db.sql("select count(*)::int as count from sessions where user_id = $1", [id])).toEqual([
        { count: 1 },
      ]);
    }
  });

  it("R-SEC-2: a guest's token outlives registering", async () => {
    const { browser, id } = await newGuest();
    const { token } = (await (await browser.fetch("/api/auth/token", { method: "POST" })).json()) as { token: string };
    await newAccount(newEmail(), browser);
    const response = await fetch(`${server.url}/api/${id}/conversations`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
  });

  it("R-SEC-2: what a guest had moves to the account they sign in to", async () => {
    const account = await newAccount();
    await account.browser.mutate("conversation.create", { title: "Of the account" });
    const guest = await newGuest();
    await guest.browser.mutate("task.add", { title: "Buy milk" });
    const turnId = crypto.randomUUID();
    await guest.browser.mutate("turn.start", { turnId, conversationId: guest.conversationId, message: "slow" });

    const { response } = await signIn(account.email, guest.browser);
    expect(response.status).toBe(200);
    expect((await titles(guest.browser)).sort()).toEqual(["Of a guest", "Of the account"]);
    expect((await guest.browser.query("task.list")).data).toMatchObject([{ title: "Buy milk" }]);
    const { data: history } = await guest.browser.query("message.history", { conversationId: guest.conversationId });
    expect(history).toHaveLength(2);
    expect(await db.sql("select 1 from users where id = $1", [guest.id])).toEqual([]);
    expect(await db.sql("select 1 from verifications where identifier like $1", [`%${guest.id}`])).toEqual([]);
  });

  it("R-SEC-2: unused ones are removed after thirty days, with all of theirs", async () => {
    const { id, conversationId } = await newGuest();
    const kept = await newGuest();
    for (const table of ["users", "sessions", "conversations"]) {
      const owner = table === "users" ? "id" : "user_id";
      const times = table === "sessions" ? "updated_at = $2" : "created_at = $2, updated_at = $2";
      await db.sql(`update ${table} set ${times} where ${owner} = $1`, [id, new Date(Date.now() - 31 * 86_400_000)]);
    }
    expect(await db.deleteUnusedGuests(new Date(Date.now() - 30 * 86_400_000), 100)).toBe(1);
    expect(await db.sql("select 1 from conversations where id = $1", [conversationId])).toEqual([]);
    expect(await db.sql("select 1 from users where id = $1", [kept.id])).toHaveLength(1);
  });
});

describe("accounts", () => {
  it("R-WEB-1: a second device shows the same, and nothing after signing out there", async () => {
    const { browser, email } = await newAccount();
    await browser.mutate("conversation.create", { title: "Everywhere" });
    const second = (await signIn(email)).browser;
    expect(await titles(second)).toEqual(["Everywhere"]);
    expect((await second.post("/api/auth/sign-out")).status).toBe(200);
    expect(second.cookies.size).toBe(0);
    expect((await second.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect(await titles(browser)).toEqual(["Everywhere"]);
  });

  it("R-SEC-2: after signing out a copied cookie is worth nothing, and makes no guest either", async () => {
    const { browser } = await newAccount();
    const thief = browser.copy();
    expect((await thief.query("conversation.list", {})).status).toBe(200);
    await browser.post("/api/auth/sign-out");
    const stale = thief.copy();
    expect((await stale.query("account.me")).data).toBeNull();
    expect((await stale.mutate("conversation.create", {})).code).toBe("UNAUTHORIZED");
    expect(stale.cookies.size, "the dead session's cookies are cleared").toBe(0);
    expect((await thief.copy().query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await thief.copy().fetch("/api/auth/token", { method: "POST" })).status).toBe(401);
    expect((await thief.copy().post("/api/account/delete", { password })).status).toBe(401);
  });

  it("R-SEC-2: a session that ends on another process ends here too", async () => {
    const other = await startTestServer(db);
    const { browser } = await newAccount();
    const here = browser.copy();
    await browser.query("account.me");
    const elsewhere = other.browser();
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    expect((await elsewhere.post("/api/auth/sign-out")).status).toBe(200);
    await vi.waitFor(async () => expect((await here.copy().query("conversation.list", {})).code).toBe("UNAUTHORIZED"));
    await other.stop();
  });

  it("R-SEC-2: no query is sent for a warm cookie; a change looks the session up, once", async () => {
    const { browser } = await newAccount();
    const queries = vi.spyOn(pg.Client.prototype, "query");
    const aboutIdentity = () =>
      queries.mock.calls.map(([query]) => JSON.stringify(query)).filter((text) => /users|sessions|accounts/.test(text));
    try {
      await browser.query("account.me");
      await browser.query("conversation.list", {});
      await browser.fetch("/api/auth/options");
      expect(aboutIdentity()).toEqual([]);
      await browser.mutate("conversation.create", {});
      expect(aboutIdentity()).toHaveLength(1);
    } finally {
      queries.mockRestore();
    }
  });

  it("R-SEC-2: lists sessions and ends them", async () => {
    const { browser, email } = await newAccount();
    const second = (await signIn(email)).browser;
    const third = (await signIn(email)).browser;
    const list = async () =>
      (await (await browser.fetch("/api/account/sessions")).json()) as { sessions: { id: string; current: boolean }[] };
    const { sessions } = await list();
    expect(sessions.map(({ current }) => current)).toEqual([false, false, true]);
    expect(JSON.stringify(sessions)).not.toContain("token");

    const newest = sessions[0]?.id ?? "";
    expect((await browser.fetch(`/api/account/sessions/${newest}`, { method: "DELETE" })).status).toBe(204);
    expect((await third.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await second.query("conversation.list", {})).status).toBe(200);
    expect((await browser.fetch(`/api/account/sessions/${newest}`, { method: "DELETE" })).status).toBe(404);
    const stranger = (await newAccount()).browser;
    expect((await stranger.fetch(`/api/account/sessions/${sessions[1]?.id}`, { method: "DELETE" })).status).toBe(404);

    expect((await browser.fetch("/api/account/sessions", { method: "DELETE" })).status).toBe(204);
    expect((await second.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await list()).sessions).toHaveLength(1);
  });

  it("R-SEC-2: changes the password, which ends the other sessions", async () => {
    const { browser, email } = await newAccount();
    const second = (await signIn(email)).browser;
    const change = (currentPassword: string) =>
      browser.post("/api/auth/change-password", {
        currentPassword,
        newPassword: "another password",
        revokeOtherSessions: true,
      });
    const wrong = await change("not the password");
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { code: "BAD_REQUEST", issues: [{ path: "currentPassword" }] } });
    expect((await change(password)).status).toBe(200);
    expect((await browser.mutate("conversation.create", {})).status).toBe(200);
    expect((await second.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await signIn(email)).response.status).toBe(401);
  });

  it("R-API-3: says what is wrong in one shape, and no more than it should", async () => {
    const { email } = await newAccount();
    const browser = server.browser();
    const taken = await browser.post("/api/auth/sign-up/email", { name: "Eve", email, password });
    expect(taken.status).toBe(409);
    expect(await taken.json()).toMatchObject({ error: { code: "CONFLICT", requestId: expect.any(String) } });
    const wrong = await browser.post("/api/auth/sign-in/email", { email, password: "wrong password" });
    const unknown = await browser.post("/api/auth/sign-in/email", { email: newEmail(), password });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const message = async (response: Response) =>
      ((await response.json()) as { error: { message: string } }).error.message;
    expect(await message(wrong)).toBe(await message(unknown));
    const invalid = await browser.post("/api/auth/sign-up/email", {
      name: " ",
      email: "nobody",
      password: "short",
      admin: true,
    });
    expect(invalid.status).toBe(400);
    const { error } = (await invalid.json()) as { error: { issues: { path: string }[] } };
    expect(error.issues.map(({ path }) => path).sort()).toEqual(["admin", "email", "name", "password"]);
    expect(
      (
        await browser.fetch("/api/auth/sign-in/email", {
          method: "POST",
          body: "x",
          headers: { "content-type": "text/plain" },
        })
      ).status,
    ).toBe(415);
    const wrongMethod = await browser.fetch("/api/auth/sign-in/email");
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    for (const path of ["/delete-user", "/update-session", "/list-sessions", "/link-social", "/anything"]) {
      expect((await browser.post(`/api/auth${path}`)).status, path).toBe(404);
    }
    expect(
      JSON.stringify(await (await (await newAccount()).browser.fetch("/api/auth/get-session")).json()),
    ).not.toContain("token");
  });

  it("R-SEC-8: two who register with one address at once: one of them does", async () => {
    const email = newEmail();
    const responses = await Promise.all(
      [1, 2, 3].map(() => server.browser().post("/api/auth/sign-up/email", { name: "A", email, password })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it("R-SEC-8: refuses a foreign origin, and a cookie without one", async () => {
    const { browser, email } = await newAccount();
    for (const origin of ["https://evil.example", "null", ""]) {
      const headers = { origin };
      for (const path of ["/sign-in/email", "/sign-up/email", "/sign-out", "/update-user", "/change-password"]) {
        const response = await browser.fetch(`/api/auth${path}`, {
          method: "POST",
          json: { email, password, name: "Eve" },
          headers,
        });
        expect(response.status, `${path} from ${origin}`).toBe(403);
      }
    }
    const token = await browser.fetch("/api/auth/token", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    });
    expect(token.status).toBe(403);
    const badBearer = await browser.fetch("/api/auth/token", {
      method: "POST",
      headers: { authorization: "Bearer nonsense" },
    });
    expect(badBearer.status).toBe(401);
    expect((await browser.query("account.me")).data.name).toBe("Ada");
  });

  it("R-SEC-8: callbacks lead to paths of ours only", async () => {
    const oauth = await startTestServer(db, { oauth: { github: { clientId: "id", clientSecret: "secret" } } });
    const browser = oauth.browser();
    expect(await (await browser.fetch("/api/auth/options")).json()).toEqual({
      providers: ["github"],
      passwordReset: false,
    });
    for (const callbackURL of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
      "/a\nb",
    ]) {
      const response = await browser.post("/api/auth/sign-in/social", { provider: "github", callbackURL });
      expect(response.status, callbackURL).toBe(400);
    }
    const begun = await browser.post("/api/auth/sign-in/social", { provider: "github", callbackURL: "/c/1" });
    expect(begun.status).toBe(200);
    expect(((await begun.json()) as { url: string }).url).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?/);
    expect((await browser.post("/api/auth/sign-in/social", { provider: "google" })).status).toBe(404);
    const forged = await browser.fetch("/api/auth/callback/github?state=forged&code=1");
    expect([forged.status, forged.headers.get("location")]).toEqual([302, expect.stringMatching(/^\/sign-in\?error=/)]);
    await oauth.stop();
  });
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
