import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { newAccount, password } from "../testing/people.ts";
import { serveTests, startTestServer } from "../testing/test-server.ts";
import { authRoutes } from "./auth-routes.ts";

const used = serveTests({
  appUrl: "http://chat.example",
  mail: { sendPasswordReset: async () => {} },
  oauth: { github: { clientId: "id", clientSecret: "secret" } },
});

/** Sent as it is: `fetch` would make another path of one with dots or backslashes. */
async function sentRaw(method: string, path: string, browser: Browser) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { cookie, origin: "http://chat.example", "content-type": "application/json" };
  const sent = request(used.server.url, { method, path, headers }).end(method === "POST" ? "{}" : undefined);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, location: response.headers.location, body: await text(response) };
}

describe("a path", () => {
  it.each([
    "..\\list-sessions",
    "..\\get-session",
    "..\\verify-email?token=x&callbackURL=https://evil.example/",
    "..\\reset-password\\abc?callbackURL=https://evil.example/",
    "../list-sessions",
    "..%5clist-sessions",
    "%2e%2e",
    "..",
    "github%2f..%2f..%2flist-sessions",
  ])("R-SEC-8: that is read as another by Better Auth is none of ours: callback/%s", async (rest) => {
    const { browser } = await newAccount(used.server.browser());
    for (const [method, path] of [
      ["GET", `/api/auth/callback/${rest}`],
      ["GET", `/api/auth/reset-password/${rest}`],
      ["POST", `/api/auth/callback/${rest}`],
    ] as const) {
      const { status, location, body } = await sentRaw(method, path, browser);
      expect({ status, location }, path).toEqual({ status: 404, location: undefined });
      expect(body, path).not.toMatch(/"(token|email)"/);
    }
  });
});

describe("a link that was mailed", () => {
  it("R-SEC-8: leads to a path of ours, whatever was written into it", async () => {
    const leadsTo = async (callbackURL: string) => {
      const path = `/api/auth/reset-password/abc?callbackURL=${encodeURIComponent(callbackURL)}`;
      const { status, headers } = await used.server.browser().fetch(path);
      return { status, location: headers.get("location") };
    };
    expect(await leadsTo("/sign-in?reset=1")).toEqual({
      status: 302,
      location: "http://chat.example/sign-in?reset=1&error=INVALID_TOKEN",
    });
    for (const address of [
      "https://evil.example/x",
      "//evil.example/x",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "javascript:alert(1)",
      "",
    ]) {
      expect(await leadsTo(address), address).toEqual({ status: 400, location: null });
    }
  });
});

describe("a token beside a good cookie", () => {
  it("R-SEC-3: is refused, good or bad, and the cookie is not asked", async () => {
    const { browser, id } = await newAccount(used.server.browser());
    const { browser: other } = await newAccount(used.server.browser());
    const { token } = (await (await other.post("/api/auth/token")).json()) as { token: string };
    const paths = authRoutes.map(({ method, path }) => ({ method, path: path.replace(/:\w+/, "github") }));
    for (const { method, path } of [...paths, { method: "POST", path: "/token" }]) {
      for (const authorization of ["Bearer bad", `Bearer ${token}`, "Basic YTpi", ""]) {
        const json = { name: "By cookie", currentPassword: password, newPassword: "a password of the thief" };
        const response = await browser.copy().fetch(`/api/auth${path}`, {
          method,
          headers: { authorization, origin: "" },
          ...(method === "POST" && { json }),
        });
        expect(response.status, `${path} with “${authorization}”`).toBe(401);
      }
    }
    expect((await browser.query("account.me")).data).toMatchObject({ id, name: "Ada" });
  });
});

describe("requests about identity", () => {
  it("R-SEC-8: are counted like any other, of a person and of an address", async () => {
    const limits = { sendsPerMinute: 0, signInsPerMinute: 0, requestsPerMinute: 4, streams: 0 };
    const server = await startTestServer(used.db, { limits });
    const { browser } = await newAccount(server.browser());
    const asked = ["GET /get-session", "POST /update-user", "POST /token", "GET /options", "GET /nothing"];
    const statuses = async (of: Browser) => {
      const answers: number[] = [];
      for (const [method, path] of asked.map((one) => one.split(" "))) {
        const json = method === "POST" ? { json: path === "/update-user" ? { name: "Ada" } : {} } : {};
        answers.push((await of.fetch(`/api/auth${path}`, { method, ...json })).status);
      }
      return answers;
    };
    expect(await statuses(browser)).toEqual([200, 200, 200, 200, 429]);
    const limited = await browser.fetch("/api/auth/get-session");
    expect(limited.headers.get("retry-after")).toMatch(/^\d+$/);
    // Three are left of the address: it has registered somebody.
    expect(await statuses(server.browser())).toEqual([200, 401, 401, 429, 429]);
    await server.stop();
  });

  it("R-SEC-8: guesses at the current password are counted against the account, from wherever they come", async () => {
    const limits = { sendsPerMinute: 0, signInsPerMinute: 3, requestsPerMinute: 0, streams: 0 };
    const server = await startTestServer(used.db, { limits, trustProxy: 1 });
    const { browser } = await newAccount(server.browser());
    const guess = async (of: Browser, from: number) => {
      const json = { currentPassword: `guess ${from}`, newPassword: "a password of the thief" };
      const headers = { "x-forwarded-for": `10.0.0.${from}` };
      return (await of.fetch("/api/auth/change-password", { method: "POST", json, headers })).status;
    };
    const guesses: number[] = [];
    for (let from = 1; from <= 5; from++) guesses.push(await guess(browser, from));
    expect(guesses).toEqual([400, 400, 400, 429, 429]);
    const { browser: other } = await newAccount(server.browser());
    expect(await guess(other, 1), "another account's are its own").toBe(400);
    await server.stop();
  });
});
