import { Agent, get, request } from "node:http";
import { createTestUser } from "@holdfast/db/testing";
import { beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { quiet } from "../testing/test-engine.ts";
import { serveTests, startTestServer } from "../testing/test-server.ts";

interface Refusal {
  error: { data: { code: string; issues?: { path: string; message: string }[] } };
}

describe("the API over HTTP", () => {
  const used = serveTests();
  let browser: Browser;
  let conversationId: string;

  beforeAll(async () => {
    browser = used.server.browser();
    conversationId = (await browser.mutate("conversation.create", { title: "Mine" })).data.id;
    for (let i = 0; i < 5; i++) {
      await browser.mutate("message.add", { conversationId, role: "user", content: "many words ".repeat(50) });
    }
  });

  const history = () => `/api/trpc/message.history?input=${encodeURIComponent(JSON.stringify({ conversationId }))}`;
  const cookie = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");

  /** Without a client that decompresses. */
  function rawGet(
    path: string,
    headers: Record<string, string>,
  ): Promise<{ headers: Record<string, unknown>; bytes: number }> {
    return new Promise((resolve, reject) => {
      get(used.server.url + path, { headers: { ...headers, cookie: cookie() } }, (res) => {
        let bytes = 0;
        res.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        res.on("end", () => resolve({ headers: res.headers, bytes }));
      }).on("error", reject);
    });
  }

  it.each(["br", "gzip"])("compresses a long answer with %s where the client accepts it", async (encoding) => {
    const plain = await rawGet(history(), {});
    const compressed = await rawGet(history(), { "accept-encoding": encoding });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(compressed.headers).toMatchObject({ "content-encoding": encoding, vary: "accept-encoding" });
    expect(compressed.bytes).toBeLessThan(plain.bytes / 2);
    const refused = await rawGet(history(), { "accept-encoding": `${encoding};q=0` });
    expect(refused.headers["content-encoding"]).toBeUndefined();
    const short = await rawGet("/api/trpc/account.me", { "accept-encoding": encoding });
    expect(short.headers["content-encoding"]).toBeUndefined();
  });

  it("R-API-3: gives every answer a request id, and every error its code, in one shape", async () => {
    const response = await browser.fetch(`/api/trpc/conversation.get?input=${encodeURIComponent('{"id":"nonsense"}')}`);
    const { error } = (await response.json()) as { error: { data: Record<string, unknown> } };
    expect(response.status).toBe(400);
    expect(error.data).toEqual({
      code: "BAD_REQUEST",
      httpStatus: 400,
      requestId: response.headers.get("x-request-id"),
      issues: [{ path: "id", message: "must be a UUID" }],
    });
    expect(JSON.stringify(error)).not.toMatch(/stack|node_modules/);
  });

  it("R-API-3: has the right status for what is not a proper call", async () => {
    const statusOf = async (path: string, init?: RequestInit) => (await browser.fetch(path, init)).status;
    const json = { "content-type": "application/json" };
    expect(await statusOf("/api/trpc/no.such")).toBe(404);
    expect(await statusOf("/api/trpc/conversation.create")).toBe(405);
    expect(await statusOf("/api/trpc/conversation.create", { method: "POST", headers: json })).toBe(200);
    expect(await statusOf("/api/trpc/conversation.create", { method: "POST", headers: json, body: "{" })).toBe(400);
    expect(await statusOf("/api/trpc/conversation.create", { method: "POST", body: "x" })).toBe(415);
    const encoded = { method: "POST", headers: { ...json, "content-encoding": "gzip" }, body: "x" };
    expect(await statusOf("/api/trpc/conversation.create", encoded)).toBe(415);
    expect(await statusOf("/api/auth/sign-in/email", encoded)).toBe(415);
    expect(await statusOf("/api/trpc/conversation.create", { method: "HEAD" })).toBe(405);
    expect(await statusOf("/api/trpc/conversation.list", { method: "PATCH", body: "x" })).toBe(405);
    const huge = JSON.stringify({ title: "x".repeat(1_100_000) });
    expect(await statusOf("/api/trpc/conversation.create", { method: "POST", headers: json, body: huge })).toBe(413);
  });

  it.each([
    ["a batch that is a list", "?batch=1", "application/json", "[]"],
    ["a batch that is null", "?batch=1", "application/json", "null"],
    ["a batch that is no JSON", "?batch=1", "application/json", "{"],
    ["no JSON", "", "application/json", "{"],
    ["a broken form", "", "multipart/form-data; boundary=x", "--y"],
    ["a form without a boundary", "", "multipart/form-data", "--y"],
  ])("R-API-3: refuses %s with issues", async (_, query, type, body) => {
    const init = { method: "POST", headers: { "content-type": type }, body };
    const response = await browser.fetch(`/api/trpc/conversation.create${query}`, init);
    expect(response.status).toBe(400);
    const said = (await response.json()) as Refusal | [Refusal];
    const { error } = Array.isArray(said) ? said[0] : said;
    expect(error.data).toMatchObject({ code: "BAD_REQUEST", issues: [{ message: expect.any(String) }] });
  });

  it("R-API-1: a list may be asked for without an input", async () => {
    for (const query of ["", "?batch=1", "?input=%7B%7D"]) {
      const response = await browser.fetch(`/api/trpc/conversation.list${query}`);
      const said = await response.json();
      expect((Array.isArray(said) ? said[0] : said).result.data.conversations).not.toEqual([]);
    }
    expect((await browser.fetch("/api/trpc/conversation.list?input=%7B%22limit%22%3A0%7D")).status).toBe(400);
  });

  it("R-API-3: a body that never says how long it is ends at the limit too, and its connection serves on", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = () =>
      new Promise((resolve) => {
        const sending = request(`${used.server.url}/api/trpc/conversation.create`, {
          method: "POST",
          agent,
          headers: { "content-type": "application/json", cookie: cookie(), origin: used.server.url },
        });
        sending.on("response", (res) => res.resume().on("end", () => resolve(res.statusCode)));
        sending.on("error", () => resolve("closed"));
        for (let i = 0; i < 100; i++) sending.write("x".repeat(50_000));
        sending.end();
      });
    for (let i = 0; i < 3; i++) expect(await send()).toBe(413);
    agent.destroy();
  });

  it.each([
    ["nothing", ""],
    ["white space", " \n\u2003"],
    ["U+0000", "a\u0000b"],
    ["half a surrogate pair", "a\ud800"],
    ["10,001 characters", "😀".repeat(10_001)],
  ])("R-MSG-4, R-MSG-5, R-MSG-6: refuses to send %s, says why, and stores nothing", async (_, message) => {
    const response = await browser.post("/api/trpc/turn.start", {
      turnId: crypto.randomUUID(),
      conversationId,
      message,
    });
    const { error } = (await response.json()) as { error: { data: { issues: { path: string }[] } } };
    expect(response.status).toBe(400);
    expect(error.data.issues).toMatchObject([{ path: "message" }]);
    expect(await used.db.sql("SELECT FROM turns WHERE conversation_id = $1", [conversationId])).toEqual([]);
  });

  it("R-SEC-8: has the headers that keep an answer from being taken for a page", async () => {
    const { headers } = await browser.fetch("/api/trpc/account.me");
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
    });
  });

  it("R-OPS-4: says whether it lives, and whether it can serve", async () => {
    expect((await fetch(`${used.server.url}/api/health/live`)).status).toBe(200);
    expect((await fetch(`${used.server.url}/api/health/ready`)).status).toBe(200);
  });

  it("R-CONV-6: decides the status of a conversation's page, for visitors too, and makes no user for it", async () => {
    const own = new Headers({ cookie: cookie() });
    const other = await used.db.forUser((await createTestUser(used.db)).id).createConversation();
    const [before] = await used.db.sql<{ n: string }>("SELECT count(*) AS n FROM users");
    expect(await used.server.api.pageAccess(own, conversationId)).toBe(200);
    expect(await used.server.api.pageAccess(own, other.id)).toBe(403);
    expect(await used.server.api.pageAccess(own, crypto.randomUUID())).toBe(404);
    expect(await used.server.api.pageAccess(own, "nonsense")).toBe(404);
    expect(await used.server.api.pageAccess(new Headers(), conversationId)).toBe(403);
    expect(await used.server.api.pageAccess(new Headers(), crypto.randomUUID())).toBe(404);
    expect(await used.db.sql("SELECT count(*) AS n FROM users")).toEqual([before]);
  });

  it("R-API-1: serves server components without HTTP", async () => {
    const { person, caller } = await used.server.api.forRequest(new Headers({ cookie: cookie() }));
    expect(person?.isGuest).toBe(true);
    expect((await caller.conversation.get({ id: conversationId })).title).toBe("Mine");
    const visitor = await used.server.api.forRequest(new Headers());
    expect(visitor.person).toBeNull();
    await expect(visitor.caller.conversation.pinned()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect((await visitor.caller.model.list()).models).not.toEqual([]);
  });

  it("R-OPS-4: logs why a page could not be given its data, and no refusal", async () => {
    const logged: unknown[] = [];
    const log = { ...quiet, error: (fields: object, message: string) => logged.push([message, fields]) };
    const server = await startTestServer(used.db, { log });
    const own = new Headers({ cookie: cookie() });
    const { caller } = await server.api.forRequest(own);
    await expect(caller.conversation.get({ id: crypto.randomUUID() })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(logged).toEqual([]);
    await used.db.sql("ALTER TABLE conversations RENAME TO lost");
    try {
      await expect(caller.conversation.pinned()).rejects.toMatchObject({ code: "INTERNAL_SERVER_ERROR" });
      expect(await server.api.pageAccess(own, conversationId)).toBe(503);
    } finally {
      await used.db.sql("ALTER TABLE lost RENAME TO conversations");
      await server.stop();
    }
    const error = { err: expect.objectContaining({ message: expect.stringContaining("conversations") }) };
    const message = "a page could not be given its data";
    expect(logged).toMatchObject([
      [message, { ...error, procedure: "conversation.pinned" }],
      [message, error],
    ]);
  });

  it("leaves other paths alone", async () => {
    expect((await fetch(`${used.server.url}/c/${conversationId}`)).status).toBe(404);
    expect((await fetch(`${used.server.url}/apiary`)).headers.get("x-request-id")).toBeNull();
  });

  it("R-TURN-6: two first sends at once by somebody new make one guest and one conversation", async () => {
    const visitor = used.server.browser();
    const send = { turnId: crypto.randomUUID(), message: "Hello" };
    const [one, two] = await Promise.all([visitor.mutate("turn.start", send), visitor.mutate("turn.start", send)]);
    expect(one.data.conversation.id).toBe(two.data.conversation.id);
  });

  it("R-OPS-6: takes no requests once it stops", async () => {
    const stopping = await startTestServer(used.db);
    await stopping.api.stop();
    const response = await fetch(`${stopping.url}/api/trpc/account.me`);
    expect(response.status).toBe(503);
    expect((await fetch(`${stopping.url}/api/health/ready`)).status).toBe(503);
    await stopping.stop();
  });
});
