import { personHeader } from "@holdfast/contract";
import { describe, expect, it, vi } from "vitest";
import { newAccount, newGuest, signIn, titles } from "../testing/people.ts";
import { serveTests, startTestServer } from "../testing/test-server.ts";

const used = serveTests({
  script: (asked) => [{ say: "Slowly ", everyMs: 0 }, { waitMs: asked.includes("slow") ? 600 : 0 }, { say: "said." }],
});

describe("guests", () => {
  it("R-SEC-2: a visitor's GETs make nobody", async () => {
    const before = await used.db.sql("select count(*)::int as count from users");
    const browser = used.server.browser();
    for (const path of ["/api/auth/get-session", "/api/auth/options", "/api/openapi.json", "/api/account/sessions"]) {
      await browser.fetch(path);
    }
    expect((await browser.query("account.me")).data).toBeNull();
    expect((await browser.query("conversation.list", {})).code).toBe("UNAUTHORIZED");
    expect(browser.cookies.size).toBe(0);
    expect(await used.db.sql("select count(*)::int as count from users")).toEqual(before);
  });

  it("R-SEC-2: the first action makes one, with cookies that scripts cannot read", async () => {
    const response = await used.server.browser().post("/api/trpc/conversation.create", {});
    const cookies = response.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["holdfast.session_token", "holdfast.session_data"]);
    for (const cookie of cookies) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/);
    for (const cookie of cookies) expect(cookie).not.toContain("Secure");
  });

  it("R-SEC-8: cookies are Secure behind https", async () => {
    const https = await startTestServer(used.db, { appUrl: "https://chat.example" });
    const browser = https.browser();
    const response = await browser.post("/api/trpc/conversation.create", {});
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/^__Secure-holdfast\..*; Secure/);
    expect((await browser.query("account.me")).data.isGuest).toBe(true);
    expect((await browser.post("/api/auth/sign-out")).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    await https.stop();
  });

  it("R-SEC-2: whoever was somebody is told so, when the browser has no cookie left of it", async () => {
    const { browser, id } = await newAccount(used.server.browser());
    browser.cookies.clear();
    const before = await used.db.sql("select count(*)::int as count from users");
    const asks = (shown: string) =>
      browser.fetch("/api/trpc/task.add", {
        method: "POST",
        json: { title: "Milk" },
        headers: { [personHeader]: shown },
      });
    const refused = await asks(id);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { message: "You have been signed out. Sign in again." } });
    expect(browser.cookies.size).toBe(0);
    expect(await used.db.sql("select count(*)::int as count from users")).toEqual(before);
    expect((await asks("")).status, "a page that shows nobody").toBe(200);
  });

  it("R-TURN-6: a first send that is repeated, its answer lost, finds the same guest", async () => {
    const turnId = crypto.randomUUID();
    const send = { turnId, message: "Hello" };
    const [first, second] = await Promise.all([
      used.server.browser().mutate("turn.start", send),
      used.server.browser().mutate("turn.start", send),
    ]);
    expect(second.data.conversation.id).toBe(first.data.conversation.id);
  });

  it("R-SEC-2: one who registers keeps id and conversations, also while an answer runs", async () => {
    const guests = await Promise.all([newGuest(used.server.browser()), newGuest(used.server.browser())]);
    for (const { browser, id, conversationId } of guests) {
      const turnId = crypto.randomUUID();
      const started = await browser.mutate("turn.start", { turnId, conversationId, message: "slow, please" });
      expect(started.data.turn.status).toBe("running");
      const account = await newAccount(browser);
      expect(account.id).toBe(id);
      expect((await browser.query("account.me")).data).toMatchObject({ id, name: "Ada", isGuest: false });
      await vi.waitFor(async () => {
        expect((await browser.query("turn.get", { turnId })).data.status).toBe("completed");
      }, 5_000);
      const { data: messages } = await browser.query("message.history", { conversationId });
      expect(messages.map(({ content }: { content: string }) => content)).toEqual(["slow, please", "Slowly said."]);
      expect(await used.db.sql("select count(*)::int as count from sessions where user_id = $1", [id])).toEqual([
        { count: 1 },
      ]);
    }
  });

  it("R-SEC-2: of several who register as one guest at once, one becomes the guest, and all stay signed in", async () => {
    const guest = await newGuest(used.server.browser());
    const accounts = await Promise.all([1, 2, 3].map(() => newAccount(guest.browser.copy())));
    for (const { browser, email } of accounts) {
      expect((await browser.query("account.me")).data).toMatchObject({ email, isGuest: false });
      expect((await browser.mutate("task.add", { title: "Still here" })).status).toBe(200);
    }
    const heirs = accounts.filter(({ id }) => id === guest.id);
    expect(await Promise.all(heirs.map(({ browser }) => titles(browser)))).toEqual([["Of a guest"]]);
  });

  it("R-SEC-2: a guest's token outlives registering", async () => {
    const { browser, id } = await newGuest(used.server.browser());
    const { token } = (await (await browser.fetch("/api/auth/token", { method: "POST" })).json()) as { token: string };
    await newAccount(browser);
    const response = await fetch(`${used.server.url}/api/${id}/conversations`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
  });

  it("R-SEC-2: what a guest had moves to the account they sign in to", async () => {
    const account = await newAccount(used.server.browser());
    await account.browser.mutate("conversation.create", { title: "Of the account" });
    const guest = await newGuest(used.server.browser());
    await guest.browser.mutate("task.add", { title: "Buy milk" });
    const turnId = crypto.randomUUID();
    await guest.browser.mutate("turn.start", { turnId, conversationId: guest.conversationId, message: "slow" });

    const { response } = await signIn(guest.browser, account.email);
    expect(response.status).toBe(200);
    expect((await titles(guest.browser)).sort()).toEqual(["Of a guest", "Of the account"]);
    expect((await guest.browser.query("task.list")).data).toMatchObject([{ title: "Buy milk" }]);
    const { data: history } = await guest.browser.query("message.history", { conversationId: guest.conversationId });
    expect(history).toHaveLength(2);
    expect(await used.db.sql("select 1 from users where id = $1", [guest.id])).toEqual([]);
    expect(await used.db.sql("select 1 from verifications where identifier like $1", [`%${guest.id}`])).toEqual([]);
  });

  it("R-SEC-2: unused ones are removed after thirty days, with all of theirs", async () => {
    const { id, conversationId } = await newGuest(used.server.browser());
    const kept = await newGuest(used.server.browser());
    for (const table of ["users", "sessions", "conversations"]) {
      const owner = table === "users" ? "id" : "user_id";
      const times = table === "sessions" ? "updated_at = $2" : "created_at = $2, updated_at = $2";
      await used.db.sql(`update ${table} set ${times} where ${owner} = $1`, [
        id,
        new Date(Date.now() - 31 * 86_400_000),
      ]);
    }
    expect(await used.db.deleteUnusedGuests(new Date(Date.now() - 30 * 86_400_000), 100)).toBe(1);
    expect(await used.db.sql("select 1 from conversations where id = $1", [conversationId])).toEqual([]);
    expect(await used.db.sql("select 1 from users where id = $1", [kept.id])).toHaveLength(1);
  });
});
