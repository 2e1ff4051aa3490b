import { describe, expect, it } from "vitest";
import { type Body, newProgram, time, uuid } from "../testing/program.ts";
import { serveTests } from "../testing/test-server.ts";

const used = serveTests();

const conversationShape = {
  id: expect.stringMatching(uuid),
  title: expect.any(String),
  createdAt: expect.stringMatching(time),
  updatedAt: expect.stringMatching(time),
};

describe("conversations over REST", () => {
  it.each([
    ["/conversations", {}],
    ["/conversations/{id}/messages", { role: "user", content: "x" }],
    ["/chat", { message: "x" }],
  ])("R-API-3: %s names a field that it does not have, and does nothing", async (path, body) => {
    const { id, send } = await newProgram(used.db, used.server);
    const made = (await send("POST", "/conversations")).body;
    const unknown = { ...body, conversation_id: made.id, userId: id };
    const refused = await send("POST", path.replace("{id}", made.id), unknown);
    expect(refused.status).toBe(400);
    expect(refused.body.error.issues).toEqual([
      { path: "conversation_id", message: "is not a field of this" },
      { path: "userId", message: "is not a field of this" },
    ]);
    expect((await send("GET", "/conversations")).body.conversations).toHaveLength(1);
    expect((await send("GET", `/conversations/${made.id}`)).body.messages).toEqual([]);
  });

  it.each([
    ["GET", "/conversations?limt=5", "limt"],
    ["GET", "/conversations/{id}?limit=5", "limit"],
    ["GET", "/conversations/{id}/messages?limit=5&Cursor=x", "Cursor"],
    ["GET", "/conversations?constructor=x", "constructor"],
    ["DELETE", "/conversations/{id}?force=1", "force"],
    ["POST", "/conversations?title=One", "title"],
  ])(
    "R-API-3: %s %s names the field of the query that it does not have, and does nothing",
    async (method, path, name) => {
      const { send } = await newProgram(used.db, used.server);
      const made = (await send("POST", "/conversations")).body;
      const refused = await send(method, path.replace("{id}", made.id));
      expect(refused.status).toBe(400);
      expect(refused.body.error.issues).toEqual([{ path: name, message: "is not a field of this" }]);
      expect((await send("GET", "/conversations?limit=5")).body.conversations).toHaveLength(1);
    },
  );

  it("R-API-2: creates, lists, reads and deletes them, with the shapes that are fixed", async () => {
    const { send } = await newProgram(used.db, used.server);
    expect((await send("GET", "/conversations")).body).toEqual({ conversations: [], nextCursor: null });
    const made = await send("POST", "/conversations", { title: "One" });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ ...conversationShape, title: "One" });
    const unnamed = await send("POST", "/conversations");
    expect([unnamed.status, unnamed.body.title]).toEqual([201, "New chat"]);
    for (let count = 0; count < 3; count++) await send("POST", "/conversations", {});

    const pages: Body[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const { body } = await send("GET", `/conversations?limit=2${query}`);
      expect(Object.keys(body).sort()).toEqual(["conversations", "nextCursor"]);
      pages.push(body.conversations);
      cursor = body.nextCursor;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().at(-1)).toEqual(made.body);
    const forged = `cursor=${Buffer.from(`999999999999999.${made.body.id}`).toString("base64url")}`;
    for (const query of [
      "limit=0",
      "limit=101",
      "limit=x",
      "limit=1.5",
      "limit=",
      "cursor=nonsense",
      "cursor=",
      forged,
    ]) {
      const refused = await send("GET", `/conversations?${query}`);
      expect([refused.status, refused.body.error.issues.length > 0], query).toEqual([400, true]);
    }

    const read = await send("GET", `/conversations/${made.body.id.toUpperCase()}`);
    expect(read.body).toEqual({ ...made.body, messages: [] });
    const gone = await send("DELETE", `/conversations/${made.body.id}`);
    expect([gone.status, gone.body]).toEqual([204, ""]);
    expect((await send("GET", `/conversations/${made.body.id}`)).status).toBe(404);
    expect((await send("DELETE", `/conversations/${made.body.id}`)).status).toBe(404);
  });

  it("R-MSG-2, R-MSG-8: stores messages of all roles, and pages them from the newest", async () => {
    const { send } = await newProgram(used.db, used.server);
    const { id } = (await send("POST", "/conversations")).body;
    const path = `/conversations/${id}/messages`;
    const toolCalls = [{ id: "c", name: "add_task", arguments: { a: [1] }, result: null, status: "completed" }];
    const sent = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "  Hello\n👋 " },
      { role: "assistant", content: "", toolCalls },
      { role: "tool", content: "of a program" },
      { role: "assistant", content: "Hi", toolCalls: [] },
    ];
    for (const message of sent) {
      const { status, body } = await send("POST", path, message);
      expect(status).toBe(201);
      expect(body).toEqual({
        ...message,
        toolCalls: message.toolCalls?.length ? message.toolCalls : null,
        id: expect.stringMatching(uuid),
        conversationId: id,
        createdAt: expect.stringMatching(time),
      });
    }
    const first = (await send("GET", `${path}?limit=3`)).body;
    expect(first.messages.map(({ role }: Body) => role)).toEqual(["assistant", "tool", "assistant"]);
    const second = (await send("GET", `${path}?limit=3&cursor=${encodeURIComponent(first.nextCursor)}`)).body;
    expect(second.messages.map(({ role }: Body) => role)).toEqual(["system", "user"]);
    expect(second.nextCursor).toBeNull();
    const all = (await send("GET", `/conversations/${id}`)).body.messages;
    expect(all).toEqual([...second.messages, ...first.messages]);

    for (const bad of [
      { role: "admin", content: "x" },
      { role: "user", content: " \u00a0" },
      { role: "user" },
      { role: "user", content: "x".repeat(10_001) },
      { role: "user", content: "\u0000" },
      { role: "user", content: "x", extra: 1 },
    ]) {
      const refused = await send("POST", path, bad);
      expect([refused.status, refused.body.error.code]).toEqual([400, "BAD_REQUEST"]);
      expect(refused.body.error.issues.length).toBeGreaterThan(0);
    }
    expect((await send("GET", `${path}?limit=201`)).status).toBe(400);
  });

  it("R-MSG-8: a tool's arguments and result come back as they were sent, whatever JSON they are", async () => {
    const { send } = await newProgram(used.db, used.server);
    const path = `/conversations/${(await send("POST", "/conversations")).body.id}`;
    const any = JSON.parse('{"__proto__":{"a":[1]},"constructor":null,"":{"__proto__":0.5}}');
    const call = { id: "c", name: "add_task", arguments: any, result: [any], status: "completed" };
    const made = await send("POST", `${path}/messages`, { role: "assistant", content: "", toolCalls: [call] });
    expect(made.status).toBe(201);
    for (const message of [made.body, (await send("GET", path)).body.messages[0]]) {
      const [{ arguments: given, result }] = message.toolCalls;
      expect(Object.keys(given).sort()).toEqual(["", "__proto__", "constructor"]);
      expect(Object.getOwnPropertyDescriptor(given, "__proto__")?.value).toEqual({ a: [1] });
      expect(result).toEqual([given]);
    }
  });

  it.each([5_000, 20_000])("R-API-3: refuses arguments of %i lists in each other, and says where", async (levels) => {
    const { id, authorization, send } = await newProgram(used.db, used.server);
    const { id: conversationId } = (await send("POST", "/conversations")).body;
    const call = { id: "c", name: "add_task", arguments: "deep", result: null, status: "completed" };
    const message = JSON.stringify({ role: "assistant", content: "", toolCalls: [call] });
    const refused = await fetch(`${used.server.url}/api/${id}/conversations/${conversationId}/messages`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: message.replace('"deep"', "[".repeat(levels) + "]".repeat(levels)), // JSON.stringify does not go so deep
    });
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as Body).error.issues).toMatchObject([{ path: "toolCalls.0.arguments" }]);
  });

  it("R-API-3: knows no other address, and lets HEAD look", async () => {
    const { send, id } = await newProgram(used.db, used.server);
    expect((await send("GET", "/anything")).body).toEqual({
      error: { code: "NOT_FOUND", message: expect.any(String), requestId: expect.stringMatching(uuid) },
    });
    const head = await send("HEAD", "/conversations");
    expect([head.status, head.body]).toEqual([200, ""]);
    const patched = await send("PATCH", "/conversations");
    expect([patched.status, patched.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    expect((await fetch(`${used.server.url}/api/${id}`)).status).toBe(404);
    expect((await fetch(`${used.server.url}/api`)).status).toBe(404);
    for (const path of ["/api/health/live", "/api/health/ready", "/api/openapi.json", "/docs/api"]) {
      const posted = await fetch(used.server.url + path, { method: "POST" });
      expect([posted.status, posted.headers.get("allow")], path).toEqual([405, "GET, HEAD"]);
    }
  });

  it("R-API-2: what is optional may be null, which says the same", async () => {
    const { send } = await newProgram(used.db, used.server);
    expect((await send("POST", "/conversations", { title: null })).status).toBe(201);
    const answer = await send("POST", "/chat", { message: "hi", conversationId: null, turnId: null, model: null });
    expect(answer.status).toBe(200);
  });

  it("R-API-2: no body is no input, whatever its type is said to be", async () => {
    const { send } = await newProgram(used.db, used.server);
    const typed: Record<string, string> = { "content-type": "application/json" };
    for (const headers of [{}, typed]) {
      expect((await send("POST", "/conversations", undefined, headers)).status).toBe(201);
    }
    expect((await send("POST", "/chat")).status).toBe(400);
  });
});

describe("tokens", () => {
  it("R-SEC-3: a signed-in person gets one without a body, and it opens the API", async () => {
    const browser = used.server.browser();
    await browser.mutate("conversation.create", { title: "Mine" });
    const response = await browser.fetch("/api/auth/token", { method: "POST", headers: { origin: "" } });
    const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string };
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 3_000_000);
    const { data: me } = await browser.query("account.me");
    const get = () =>
      fetch(`${used.server.url}/api/${me.id}/conversations`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await (await get()).json()) as Body).conversations).toHaveLength(1);
    await browser.post("/api/account/delete");
    expect((await get()).status, "its user is gone").toBe(401);
  });
});
