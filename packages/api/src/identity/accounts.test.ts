import { type Json, personHeader } from "@holdfast/contract";
import { getMigrations } from "better-auth/db/migration";
import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { newAccount, newEmail, password, signIn, titles } from "../testing/people.ts";
import { serveTests, startTestServer, testSecret } from "../testing/test-server.ts";
import { authOptions } from "./auth.ts";

const used = serveTests();

describe("the tables", () => {
  it("R-OPS-2: are what Better Auth expects: it finds nothing to add", async () => {
    const pool = new pg.Pool({ connectionString: used.db.urls.auth });
    const options = authOptions({ pool, secret: testSecret, appUrl: null, log: console, onSessionsEnded: () => {} });
    const { toBeAdded, toBeCreated } = await getMigrations(options);
    await pool.end();
    expect({ toBeAdded, toBeCreated }).toEqual({ toBeAdded: [], toBeCreated: [] });
  });
});

describe("accounts", () => {
  it("R-WEB-1: a second device shows the same, and nothing after signing out there", async () => {
    const { browser, email } = await newAccount(used.server.browser());
    await browser.mutate("conversation.create", { title: "Everywhere" });
    const second = (await signIn(used.server.browser(), email)).browser;
    expect(await titles(second)).toEqual(["Everywhere"]);
    expect((await second.post("/api/auth/sign-out")).status).toBe(200);
    expect(second.cookies.size).toBe(0);
    expect((await second.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect(await titles(browser)).toEqual(["Everywhere"]);
  });

  it("R-SEC-2: after signing out a copied cookie is worth nothing, and makes no guest either", async () => {
    const { browser } = await newAccount(used.server.browser());
    const thief = browser.copy();
    expect((await thief.query("conversation.list", {})).status).toBe(200);
    await browser.post("/api/auth/sign-out");
    const stale = thief.copy();
    expect((await stale.query("account.me")).data).toBeNull();
    expect((await stale.mutate("conversation.create", {})).code).toBe("UNAUTHORIZED");
    expect((await stale.mutate("conversation.create", {})).status, "who was told may begin as a guest").toBe(200);
    expect((await thief.copy().query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await thief.copy().fetch("/api/auth/token", { method: "POST" })).status).toBe(401);
    expect((await thief.copy().post("/api/account/delete", { password })).status).toBe(401);
  });

  it("R-SEC-2: a late answer to what was sent before a sign-in leaves its session as it is", async () => {
    const browser = used.server.browser();
    await browser.mutate("conversation.create", { title: "As a guest" });
    const before = browser.copy();
    const { email } = await newAccount(browser);
    const late = await before.post("/api/trpc/conversation.create", {});
    expect(late.status).toBe(401);
    browser.receive(late);
    expect((await browser.query("account.me")).data).toMatchObject({ email });
    expect(await titles(browser)).toEqual(["As a guest"]);
  });

  it("R-SEC-2: a session that ends on another process ends here too", async () => {
    const other = await startTestServer(used.db);
    const { browser } = await newAccount(used.server.browser());
    const here = browser.copy();
    await browser.query("account.me");
    const elsewhere = other.browser();
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    expect((await elsewhere.post("/api/auth/sign-out")).status).toBe(200);
    await vi.waitFor(async () => expect((await here.copy().query("conversation.list", {})).code).toBe("UNAUTHORIZED"));
    await other.stop();
  });

  it("R-SEC-2: no query is sent for a warm cookie; a change looks the session up, once", async () => {
    const { browser } = await newAccount(used.server.browser());
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
    const { browser, email } = await newAccount(used.server.browser());
    const second = (await signIn(used.server.browser(), email)).browser;
    const third = (await signIn(used.server.browser(), email)).browser;
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
    const stranger = (await newAccount(used.server.browser())).browser;
    expect((await stranger.fetch(`/api/account/sessions/${sessions[1]?.id}`, { method: "DELETE" })).status).toBe(404);

    expect((await browser.fetch("/api/account/sessions", { method: "DELETE" })).status).toBe(204);
    expect((await second.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect((await list()).sessions).toHaveLength(1);
  });

  it("R-SEC-1: a page that shows somebody else changes nothing of whoever has signed in since", async () => {
    const before = await newAccount(used.server.browser());
    const { browser, id } = await newAccount(used.server.browser());
    const asks = (path: string, json: Json, shown: string) =>
      browser.fetch(path, { method: "POST", json, headers: { [personHeader]: shown } });
    const changes: [path: string, json: Json][] = [
      ["/api/auth/update-user", { name: "Somebody else" }],
      ["/api/auth/token", {}],
      ["/api/account/import", {}],
      ["/api/account/delete", { password }],
      ["/api/trpc/task.add", { title: "Of the person before" }],
    ];
    for (const [path, json] of changes) {
      const refused = await asks(path, json, before.id);
      expect(refused.status, path).toBe(403);
      expect(await refused.text()).toContain("Somebody else is signed in here now.");
    }
    expect((await browser.query("account.me")).data).toMatchObject({ id, name: "Ada" });
    expect((await browser.query("task.list")).data).toEqual([]);
    expect((await asks("/api/auth/update-user", { name: "Grace" }, id)).status).toBe(200);
  });

  it("R-SEC-2: changes the password, which ends the other sessions", async () => {
    const { browser, email } = await newAccount(used.server.browser());
    const second = (await signIn(used.server.browser(), email)).browser;
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
    expect((await signIn(used.server.browser(), email)).response.status).toBe(401);
  });

  it("R-API-3: says what is wrong in one shape, and no more than it should", async () => {
    const { email } = await newAccount(used.server.browser());
    const browser = used.server.browser();
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
      JSON.stringify(
        await (await (await newAccount(used.server.browser())).browser.fetch("/api/auth/get-session")).json(),
      ),
    ).not.toContain("token");
  });

  it("R-SEC-8: two who register with one address at once: one of them does", async () => {
    const email = newEmail();
    const responses = await Promise.all(
      [1, 2, 3].map(() => used.server.browser().post("/api/auth/sign-up/email", { name: "A", email, password })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it("R-SEC-8: refuses a foreign origin, and a cookie without one", async () => {
    const { browser, email } = await newAccount(used.server.browser());
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
    const oauth = await startTestServer(used.db, { oauth: { github: { clientId: "id", clientSecret: "secret" } } });
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
