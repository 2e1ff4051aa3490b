import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { newAccount } from "../testing/people.ts";
import { serveTests } from "../testing/test-server.ts";

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
