import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createBearerTokens } from "../identity/bearer.ts";
import { startTestServer, type TestServer, testSecret } from "../testing/test-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
type Body = any;

const bearer = createBearerTokens(testSecret);
let db: TestDatabase;
let server: TestServer;
let runs = 0;

beforeAll(async () => {
  db = await openTestDatabase();
  server = await startTestServer(db, {
    script: (asked) => {
      runs++;
      if (asked.includes("fail")) return [{ say: "Half an " }, { crash: new Error("socket hang up at 10.0.0.1") }];
      return [{ say: "You said: " }, { waitMs: asked.includes("slow") ? 500 : 0 }, { say: asked, everyMs: 1 }];
    },
  });
});
afterAll(async () => {
  await server.stop();
  await db.close();
});

/** A program with a token of its own. */
async function newProgram() {
  const id = crypto.randomUUID();
  await db.sql("insert into users (id, name) values ($1, 'A program')", [id]);
  const authorization = `Bearer ${(await bearer.mint(id)).token}`;
  async function send(
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const response = await fetch(`${server.url}/api/${id}${path}`, {
      method,
      headers: { authorization, ...(json !== undefined && { "content-type": "application/json" }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    const isJson = text !== "" && response.headers.get("content-type")?.startsWith("application/json");
    const body: Body = isJson ? JSON.parse(text) : text;
    return { status: response.status, body, headers: response.headers };
  }
  return { id, send, authorization };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
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
    const { id, send } = await newProgram();
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

  it("R-API-2: creates, lists, reads and deletes them, with the shapes that are fixed", async () => {
    const { send } = await newProgram();
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
    for (const query of ["limit=0", "limit=101", "limit=x", "limit=1.5", "limit=", "cursor=nonsense", "cursor="]) {
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
    const { send } = await newProgram();
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

  it("R-API-3: knows no other address, and lets HEAD look", async () => {
    const { send, id } = await newProgram();
    expect((await send("GET", "/anything")).body).toEqual({
      error: { code: "NOT_FOUND", message: expect.any(String), requestId: expect.stringMatching(uuid) },
    });
    const head = await send("HEAD", "/conversations");
    expect([head.status, head.body]).toEqual([200, ""]);
    const patched = await send("PATCH", "/conversations");
    expect([patched.status, patched.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    expect((await fetch(`${server.url}/api/${id}`)).status).toBe(404);
    expect((await fetch(`${server.url}/api`)).status).toBe(404);
    for (const path of ["/api/health/live", "/api/health/ready", "/api/openapi.json", "/docs/api"]) {
      const posted = await fetch(server.url + path, { method: "POST" });
      expect([posted.status, posted.headers.get("allow")], path).toEqual([405, "GET, HEAD"]);
    }
  });

  it("R-API-2: what is optional may be null, which says the same", async () => {
    const { send } = await newProgram();
    expect((await send("POST", "/conversations", { title: null })).status).toBe(201);
    const answer = await send("POST", "/chat", { message: "hi", conversationId: null, turnId: null, model: null });
    expect(answer.status).toBe(200);
  });

  it("R-API-2: no body is no input, whatever its type is said to be", async () => {
    const { send } = await newProgram();
    const typed: Record<string, string> = { "content-type": "application/json" };
    for (const headers of [{}, typed]) {
      expect((await send("POST", "/conversations", undefined, headers)).status).toBe(201);
    }
    expect((await send("POST", "/chat")).status).toBe(400);
  });
});

describe("chat over REST", () => {
  it("R-API-2, R-TURN-6: answers, and answers the same turn the same", async () => {
    const { send, id } = await newProgram();
    const turnId = crypto.randomUUID();
    const before = runs;
    const [first, raced] = await Promise.all([
      send("POST", "/chat", { message: "Hello there", turnId }),
      send("POST", "/chat", { message: "Hello there", turnId }),
    ]);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      conversationId: expect.stringMatching(uuid),
      turnId,
      response: "You said: Hello there",
      messages: [
        expect.objectContaining({ role: "user", content: "Hello there" }),
        expect.objectContaining({ role: "assistant" }),
      ],
    });
    expect(raced.body).toEqual(first.body);
    const { conversationId } = first.body;
    expect((await send("POST", "/chat", { message: "Hello there", turnId, conversationId })).body).toEqual(first.body);
    expect(runs).toBe(before + 1);
    expect((await send("GET", `/conversations/${conversationId}`)).body.messages).toEqual(first.body.messages);

    const other = await send("POST", "/chat", { message: "Another text", turnId });
    expect([other.status, other.body.error.code]).toEqual([409, "CONFLICT"]);
    const next = await send("POST", "/chat", { message: "Next", conversationId });
    expect(next.body.conversationId).toBe(conversationId);
    expect(await db.sql("select count(*)::int as count from messages where user_id = $1", [id])).toEqual([
      { count: 4 },
    ]);
    expect((await send("POST", "/chat", { message: "Hi", model: "openai/none" })).status).toBe(400);
    expect((await send("POST", "/chat", { message: "Hi", conversationId: crypto.randomUUID() })).status).toBe(404);
  });

  it("R-TURN-2, R-API-3: 502 where the assistant fails; nothing is stored, and nothing of the cause is told", async () => {
    const { send, id } = await newProgram();
    const failed = await send("POST", "/chat", { message: "fail, please" });
    expect([failed.status, failed.body.error.code]).toEqual([502, "ASSISTANT_FAILED"]);
    expect(JSON.stringify(failed.body)).not.toContain("10.0.0.1");
    expect(await db.sql("select 1 from messages where user_id = $1", [id])).toEqual([]);
  });

  it("R-TURN-3: is waited for to its end, whoever of the same person signs out meanwhile", async () => {
    const person = { name: "Ada", email: `${crypto.randomUUID()}@example.com`, password: "a long enough password" };
    const browser = server.browser();
    await browser.post("/api/auth/sign-up/email", person);
    const { id } = (await browser.query("account.me")).data;
    const waiting = fetch(`${server.url}/api/${id}/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${(await bearer.mint(id)).token}`, "content-type": "application/json" },
      body: JSON.stringify({ message: "slow" }),
    });
    const isRunning = async () => expect(await db.sql("select 1 from turns where user_id = $1", [id])).toHaveLength(1);
    await vi.waitFor(isRunning);
    expect((await browser.post("/api/auth/sign-out")).status).toBe(200);
    const response = await waiting;
    expect([response.status, ((await response.json()) as Body).response]).toEqual([200, "You said: slow"]);
  });

  it("R-TURN-3: goes on when the program has gone; 409 for what cannot be meanwhile", async () => {
    const { send } = await newProgram();
    const { id: conversationId } = (await send("POST", "/conversations")).body;
    const turnId = crypto.randomUUID();
    const leaving = new AbortController();
    const lost = send("POST", "/chat", { message: "slow", conversationId, turnId }, {}, leaving.signal).catch(
      () => "gone",
    );
    await vi.waitFor(async () => {
      expect(await db.sql("select 1 from turns where id = $1 and status = 'running'", [turnId])).toHaveLength(1);
    });
    const meanwhile = await send("POST", `/conversations/${conversationId}/messages`, { role: "user", content: "x" });
    expect([meanwhile.status, meanwhile.body.error.code]).toEqual([409, "CONFLICT"]);
    leaving.abort();
    expect(await lost).toBe("gone");
    const again = await send("POST", "/chat", { message: "slow", conversationId, turnId });
    expect(again.body.response).toBe("You said: slow");
  });

  it("R-API-2: is streamed to programs that ask for it, and taken up where it broke off", async () => {
    const { send } = await newProgram();
    const turnId = crypto.randomUUID();
    const { status, body, headers } = await send(
      "POST",
      "/chat",
      { message: "slow words for all", turnId },
      { accept: "text/event-stream" },
    );
    expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    const events = eventsOf(body);
    expect(events.map(({ event }) => event).filter((event, at, all) => event !== all[at - 1])).toEqual([
      "turn",
      "chunk",
      "ended",
    ]);
    const ended = events.at(-1);
    expect(ended?.data).toMatchObject({ status: "completed", response: "You said: slow words for all" });

    const after = events.find(({ event }) => event === "chunk")?.id ?? "";
    const rest = await send("GET", `/turns/${turnId}/events`, undefined, { "last-event-id": after });
    expect(eventsOf(rest.body).at(-1)?.data).toEqual(ended?.data);
    expect((await send("GET", `/turns/${crypto.randomUUID()}/events`)).status).toBe(404);
    expect((await send("POST", "/chat", { message: " " }, { accept: "text/event-stream" })).status).toBe(400);
  });
});

function eventsOf(text: string): { id: string; event: string; data: Body }[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      return { id: field("id"), event: field("event"), data: JSON.parse(field("data")) };
    });
}

describe("tokens", () => {
  it("R-SEC-3: a signed-in person gets one without a body, and it opens the API", async () => {
    const browser = server.browser();
    await browser.mutate("conversation.create", { title: "Mine" });
    const response = await browser.fetch("/api/auth/token", { method: "POST", headers: { origin: "" } });
    const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string };
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 3_000_000);
    const { data: me } = await browser.query("account.me");
    const get = () =>
      fetch(`${server.url}/api/${me.id}/conversations`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await (await get()).json()) as Body).conversations).toHaveLength(1);
    await browser.post("/api/account/delete");
    expect((await get()).status, "its user is gone").toBe(401);
  });
});
