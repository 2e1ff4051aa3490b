import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { resetPassword } from "../account/reset-password.ts";
import type { Browser } from "../testing/browser.ts";
import { newAccount, newEmail, password, signIn } from "../testing/people.ts";
import { serveTests } from "../testing/test-server.ts";
import { authRoutes } from "./auth-routes.ts";

const links: string[] = [];
const used = serveTests({
  appUrl: "http://chat.example",
  mail: { sendPasswordReset: async (_to, url) => void links.push(url) },
  oauth: { github: { clientId: "id", clientSecret: "secret" } },
});

/** Of one account: a session that ends by one of the ways below, and another. */
interface Sessions {
  email: string;
  ending: Browser;
  other: Browser;
}

const newPassword = "quite another password";

const ways: Record<string, (sessions: Sessions) => Promise<unknown>> = {
  "signing out": ({ ending }) => ending.post("/api/auth/sign-out"),
  "changing the password": ({ other }) =>
    other.post("/api/auth/change-password", { currentPassword: password, newPassword }),
  "setting a mailed password": async ({ email }) => {
    const before = links.length;
    await used.server.browser().post("/api/auth/request-password-reset", { email });
    await vi.waitFor(() => expect(links.length).toBeGreaterThan(before));
    const token = new URL(links[before] ?? "").pathname.split("/").at(-1);
    await used.server.browser().post("/api/auth/reset-password", { token, newPassword });
  },
  "the operator's new password": ({ email }) => resetPassword(used.db, email),
  "ending all other sessions": ({ other }) => other.fetch("/api/account/sessions", { method: "DELETE" }),
  "ending this session": async ({ other }) => {
    const listed = await (await other.fetch("/api/account/sessions")).json();
    const { sessions } = listed as { sessions: { id: string; current: boolean }[] };
    const { id } = sessions.find(({ current }) => !current) ?? {};
    await other.fetch(`/api/account/sessions/${id}`, { method: "DELETE" });
  },
  "deleting the account": ({ other }) => other.post("/api/account/delete", { password }),
};

/** What is sent to each route; none of it signs anybody in. One that is missing here fails the first test. */
const taken = newEmail();
const requests: Record<string, { path: string; json?: object }> = {
  "POST /sign-up/email": { path: "/sign-up/email", json: { name: "Eve", email: taken, password } },
  "POST /sign-in/email": { path: "/sign-in/email", json: { email: newEmail(), password } },
  "POST /sign-in/social": { path: "/sign-in/social", json: { provider: "github" } },
  "GET /callback/:provider": { path: "/callback/github?state=forged&code=1" },
  "POST /sign-out": { path: "/sign-out" },
  "GET /get-session": { path: "/get-session?disableCookieCache=false" },
  "POST /update-user": { path: "/update-user", json: { name: "Mallory" } },
  "POST /change-password": {
    path: "/change-password",
    json: { currentPassword: password, newPassword, revokeOtherSessions: false },
  },
  "POST /request-password-reset": { path: "/request-password-reset", json: { email: newEmail() } },
  "GET /reset-password/:token": { path: "/reset-password/abc?callbackURL=%2Fsign-in" },
  "POST /reset-password": { path: "/reset-password", json: { token: "abc", newPassword } },
};

it("R-SEC-2: every route is among those that are tried with an ended session", () => {
  expect(Object.keys(requests).sort()).toEqual(authRoutes.map(({ method, path }) => `${method} ${path}`).sort());
});

describe("a session that has ended", () => {
  const thieves: Record<string, { browser: Browser; email: string; id: string }> = {};

  beforeAll(async () => {
    await newAccount(used.server.browser(), taken);
    for (const [way, end] of Object.entries(ways)) {
      const { browser: other, email, id } = await newAccount(used.server.browser());
      const ending = (await signIn(used.server.browser(), email)).browser;
      thieves[way] = { browser: ending.copy(), email, id };
      expect((await ending.copy().query("conversation.list", {})).status).toBe(200);
      await end({ email, ending, other });
    }
    await delay(2_500); // copies that are made from now on would be believed
  }, 60_000);

  it.each(Object.keys(ways))("R-SEC-2: by %s is over for every route, and none of them renews it", async (way) => {
    const { browser, email, id } = thieves[way] as { browser: Browser; email: string; id: string }; // of each way
    for (const [route, { path, json }] of Object.entries(requests)) {
      const thief = browser.copy();
      const method = route.split(" ", 1)[0] ?? "";
      const response = await thief.fetch(`/api/auth${path}`, {
        method,
        ...(method === "POST" && { json: json ?? {} }),
      });
      const text = await response.text();
      expect(response.status, `${route}: ${text}`).toBeLessThan(500);
      for (const secret of [email, id]) expect(text, route).not.toContain(secret);
      expect((await thief.query("conversation.list", {})).code, route).toBe("UNAUTHORIZED");
      if (path === "/update-user" || path === "/change-password") expect(response.status, route).toBe(401);
    }
    const left = await used.db.sql("select name from users where id = $1", [id]);
    expect(left).toEqual(way === "deleting the account" ? [] : [{ name: "Ada" }]);
    const sessions = await used.db.sql("select 1 from sessions where user_id = $1", [id]);
    expect(sessions.length).toBeLessThan(2);
  });
});
