import type { Json } from "@holdfast/contract";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBearerTokens } from "./identity/bearer.ts";
import { restRoutes } from "./rest/routes.ts";
import { appRouter } from "./routers/app-router.ts";
import type { Browser } from "./testing/browser.ts";
import { startTestServer, type TestServer, testSecret } from "./testing/test-server.ts";

/** What belongs to the person whom the others must not reach. */
interface Belongings {
  conversationId: string;
  turnId: string;
  taskId: string;
  messageId: string;
}

interface Wall {
  /** A valid input about these belongings. */
  input(of: Belongings): Record<string, Json> | undefined;
  /** What a stranger gets who asks about them; without it, the input names nothing of anybody's. */
  stranger?: 403 | 404;
  /** Whether a visitor may ask. */
  open?: true;
}

const id = () => crypto.randomUUID();

/** Every procedure. One that is missing here fails the first test. */
const walls: Record<string, Wall> = {
  "account.me": { input: () => undefined, open: true },
  "conversation.create": { input: () => ({ title: "Mine" }) },
  "conversation.getOrCreate": { input: () => undefined },
  "conversation.get": { input: (of) => ({ id: of.conversationId }), stranger: 403 },
  "conversation.find": { input: (of) => ({ id: of.conversationId }), stranger: 403 },
  "conversation.getWithMessages": { input: (of) => ({ id: of.conversationId }), stranger: 403 },
  "conversation.list": { input: () => ({ limit: 10 }) },
  "conversation.pinned": { input: () => undefined },
  "conversation.rename": { input: (of) => ({ id: of.conversationId, title: "Taken" }), stranger: 403 },
  "conversation.update": { input: (of) => ({ id: of.conversationId, pinned: true }), stranger: 403 },
  "conversation.delete": { input: (of) => ({ id: of.conversationId }), stranger: 403 },
  "conversation.fork": { input: (of) => ({ id: of.conversationId, position: 2 }), stranger: 403 },
  "live.feed": { input: () => undefined },
  "message.page": { input: (of) => ({ conversationId: of.conversationId, around: of.messageId }), stranger: 403 },
  "message.list": { input: (of) => ({ conversationId: of.conversationId }), stranger: 403 },
  "message.history": { input: (of) => ({ conversationId: of.conversationId }), stranger: 403 },
  "message.add": { input: (of) => ({ conversationId: of.conversationId, role: "user", content: "Hi" }), stranger: 403 },
  "model.list": { input: () => undefined, open: true },
  "search.find": { input: () => ({ text: "secret" }) },
  "task.list": { input: () => undefined },
  "task.add": { input: () => ({ title: "Mine" }) },
  "task.update": { input: (of) => ({ id: of.taskId, completed: true }), stranger: 404 },
  "task.delete": { input: (of) => ({ id: of.taskId }), stranger: 404 },
  "turn.start": { input: (of) => ({ turnId: id(), conversationId: of.conversationId, message: "Hi" }), stranger: 403 },
  "turn.chat": { input: (of) => ({ conversationId: of.conversationId, message: "Hi" }), stranger: 403 },
  "turn.stop": { input: (of) => ({ turnId: of.turnId }), stranger: 404 },
  "turn.get": { input: (of) => ({ turnId: of.turnId }), stranger: 404 },
  "turn.open": { input: (of) => ({ conversationId: of.conversationId }), stranger: 403 },
  "turn.watch": { input: (of) => ({ turnId: of.turnId }), stranger: 404 },
};

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).map(([name, { _def }]) => ({ name, type: _def.type }));
const routes = restRoutes(appRouter);
const bearer = createBearerTokens(testSecret);

let db: TestDatabase;
let server: TestServer;
let owner: { id: string; browser: Browser; belongings: Belongings };
let stranger: { id: string; browser: Browser };

beforeAll(async () => {
  db = await openTestDatabase();
  server = await startTestServer(db);
});
afterAll(async () => {
  await server.stop();
  await db.close();
});
beforeEach(async () => {
  owner ??= await newOwner();
  stranger = await newPerson();
});

async function newPerson() {
  const browser = server.browser();
  await browser.mutate("task.add", { title: "A task" });
  const { data } = await browser.query("account.me");
  return { browser, id: data.id as string };
}

async function newOwner() {
  const person = await newPerson();
  const { data } = await person.browser.mutate("turn.chat", { message: "A secret word" });
  const [task] = (await person.browser.query("task.list")).data;
  const { conversationId, turnId, messages } = data;
  return { ...person, belongings: { conversationId, turnId, taskId: task.id, messageId: messages[0].id } };
}

/** Everything that is the owner's, as text. */
async function snapshot(): Promise<string> {
  const tables = ["conversations", "messages", "turns", "tasks"];
  const rows = await Promise.all(
    tables.map((table) =>
      db.sql(`select to_jsonb(t) as row from ${table} t where user_id = $1 order by id`, [owner.id]),
    ),
  );
  return JSON.stringify(rows);
}

type Sent = { status: number; text: string };

async function call(
  procedure: string,
  type: string,
  input: unknown,
  browser: Browser,
  headers: Record<string, string> = {},
): Promise<Sent> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const accept: Record<string, string> = type === "subscription" ? { accept: "text/event-stream" } : {};
  const response =
    type === "mutation"
      ? await browser.fetch(`/api/trpc/${procedure}`, { method: "POST", json: input, headers })
      : await browser.fetch(`/api/trpc/${procedure}${query}`, { headers: { ...accept, ...headers } });
  if (type !== "subscription" || !response.ok) return { status: response.status, text: await response.text() };
  return firstEvent(response);
}

/** A stream begins before it is known whether there is anything to stream: a refusal is its first event. */
async function firstEvent(response: Response): Promise<Sent> {
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/event: serialized-error|^data: \{"type"/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  const refused = /"httpStatus":(\d+)/.exec(text)?.[1];
  return { status: Number(refused ?? 200), text };
}

function program(userId: string, secret = bearer): Promise<{ authorization: string }> {
  return secret.mint(userId).then(({ token }) => ({ authorization: `Bearer ${token}` }));
}

function expectClean({ status, text }: Sent, label: string): void {
  expect(status, `${label}: ${text.slice(0, 200)}`).toBeLessThan(500);
  expect(text, label).not.toMatch(/A secret word|select |insert |node_modules|at \w+ \(|stack"/i);
}

it("every procedure has its wall", () => {
  expect(procedures.map(({ name }) => name).sort()).toEqual(Object.keys(walls).sort());
});

describe.each(procedures)("$name", ({ name, type }) => {
  const wall = walls[name] as Wall; // the test above says so

  it("R-SEC-1: answers nobody but who is known", async () => {
    const anonymous = server.browser();
    const sent = await call(name, type, wall.input(owner.belongings), anonymous, { origin: "" });
    expect(sent.status, sent.text).toBe(wall.open ? 200 : 401);
    for (const authorization of [
      "Bearer nonsense",
      "Basic YTpi",
      `Bearer ${stranger.browser.cookies.get("holdfast.session_data")}`,
    ]) {
      // The cookie beside it is good, and must not be asked.
      const refused = await call(name, type, wall.input(owner.belongings), owner.browser.copy(), { authorization });
      expect(refused.status, `${authorization}: ${refused.text}`).toBe(401);
    }
    const gone = await program(crypto.randomUUID());
    expect((await call(name, type, wall.input(owner.belongings), server.browser(), gone)).status).toBe(401);
  });

  it("R-SEC-1, R-CONV-6: gives a stranger nothing, and changes nothing", async () => {
    const before = await snapshot();
    const input = { ...wall.input(owner.belongings), userId: owner.id, user_id: owner.id };
    for (const headers of [{}, await program(stranger.id)]) {
      const browser = "authorization" in headers ? server.browser() : stranger.browser;
      const sent = await call(name, type, wall.stranger ? wall.input(owner.belongings) : input, browser, headers);
      expectClean(sent, name);
      if (wall.stranger) expect(sent.status, sent.text).toBe(wall.stranger);
    }
    expect(await snapshot()).toBe(before);
  });

  it("R-API-3: refuses malformed ids and inputs of the wrong kind with 400", async () => {
    const input = wall.input(owner.belongings);
    for (const field of Object.keys(input ?? {}).filter((one) => /id$/i.test(one) || one === "around")) {
      for (const bad of ["1", "", "not-a-uuid", `${id()}'--`, 7, null, { $ne: null }, [id()]]) {
        if (bad === null && field === "conversationId" && name.startsWith("turn.")) continue;
        const sent = await call(name, type, { ...input, [field]: bad }, stranger.browser);
        expect(sent.status, `${field} = ${JSON.stringify(bad)}: ${sent.text}`).toBe(400);
        expect(sent.text).toContain("issues");
      }
    }
    for (const bad of ["text", 5, true, [1, 2]]) {
      const sent = await call(name, type, bad, stranger.browser);
      if (input) expect(sent.status, `${JSON.stringify(bad)}: ${sent.text}`).toBe(400);
      else expectClean(sent, name);
    }
  });

  it("R-API-2: refuses a huge body with 413", async () => {
    if (type !== "mutation") return;
    const sent = await call(name, type, { padding: "x".repeat(1_100_000) }, stranger.browser);
    expect(sent.status).toBe(413);
  });

  it("R-SEC-8: refuses another site's page", async () => {
    const before = await snapshot();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"]) {
      const sent = await call(name, type, wall.input(owner.belongings), owner.browser, { origin });
      expect(sent.status, origin).toBe(403);
    }
    if (type === "mutation") {
      const sent = await call(name, type, wall.input(owner.belongings), owner.browser, { origin: "" });
      expect(sent.status, "a cookie without an Origin").toBe(403);
    }
    expect(await snapshot()).toBe(before);
  });
});

describe.each(routes)("$method /api/{user_id}$path", (route) => {
  const wall = walls[route.procedure] as Wall; // as above

  async function send(
    userId: string,
    init: RequestInit & { json?: unknown },
    of = owner.belongings,
    browser = server.browser(),
  ) {
    const input = wall.input(of) ?? {};
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => String(input[route.inputNames[name] ?? name]));
    const response = await browser.fetch(`/api/${userId}${path}`, {
      method: route.method,
      ...(route.method === "POST" && { json: init.json ?? input }),
      ...init,
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  it("R-API-2: 401 for nobody, 403 for another's address, malformed ones too", async () => {
    const before = await snapshot();
    expect((await send(owner.id, { headers: { origin: "" } })).status).toBe(401);
    const headers = await program(stranger.id);
    for (const userId of [owner.id, "not-a-uuid", "me", "%00", crypto.randomUUID()]) {
      const sent = await send(userId, { headers });
      expect(sent.status, userId).toBe(403);
      expectClean(sent, userId);
    }
    expect(await snapshot()).toBe(before);
  });

  it("R-CONV-6: a stranger at their own address gets nothing of the owner's", async () => {
    const before = await snapshot();
    const sent = await send(stranger.id, { headers: await program(stranger.id) });
    expectClean(sent, route.path);
    if (wall.stranger) expect(sent.status).toBe(wall.stranger);
    expect(await snapshot()).toBe(before);
  });

  it("R-API-3: 400 for malformed ids, with issues", async () => {
    if (!route.path.includes("{")) return;
    const bad = { conversationId: "x", turnId: "x", taskId: "x", messageId: "x" };
    const sent = await send(stranger.id, { headers: await program(stranger.id) }, bad);
    expect(sent.status).toBe(400);
    expect(JSON.parse(sent.text).error.issues).not.toEqual([]);
  });

  it("R-API-2: 405 with Allow, 415, 413, and 400 for what is no JSON object", async () => {
    const headers = await program(owner.id);
    const wrong = await send(owner.id, { method: "PUT", headers });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toContain(route.method);
    if (route.method !== "POST") return;
    expect((await send(owner.id, { headers, json: { content: "x".repeat(1_100_000) } })).status).toBe(413);
    const wrongType = await server.browser().fetch(restPath(route.path), {
      method: "POST",
      body: "a=b",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    });
    expect(wrongType.status).toBe(415);
    for (const body of ["{", "null", "[]", '"text"', "\uFFFD"]) {
      const sent = await server.browser().fetch(restPath(route.path), {
        method: "POST",
        body,
        headers: { ...headers, "content-type": "application/json" },
      });
      expect(sent.status, body).toBe(400);
    }
  });

  it("R-SEC-8: refuses another site's page; the cookie with our own Origin will do", async () => {
    const before = await snapshot();
    const foreign = await send(
      owner.id,
      { headers: { origin: "https://evil.example" } },
      owner.belongings,
      owner.browser,
    );
    expect(foreign.status).toBe(403);
    if (route.method !== "GET") {
      expect((await send(owner.id, { headers: { origin: "" } }, owner.belongings, owner.browser)).status).toBe(403);
    }
    expect(await snapshot()).toBe(before);
    const own = await send(stranger.id, {}, owner.belongings, stranger.browser);
    expect(own.status).not.toBe(401);
  });

  function restPath(path: string): string {
    return `/api/${owner.id}${path.replace(/\{\w+\}/g, owner.belongings.conversationId)}`;
  }
});

describe("the account's routes", () => {
  const passwords = { currentPassword: "12345678", newPassword: "12345678" };
  it.each<[string, string, object?]>([
    ["GET", "/api/account/sessions"],
    ["DELETE", "/api/account/sessions"],
    ["DELETE", `/api/account/sessions/${id()}`],
    ["GET", "/api/account/export"],
    ["POST", "/api/account/import", {}],
    ["POST", "/api/account/delete", {}],
    ["POST", "/api/auth/token", {}],
    ["POST", "/api/auth/change-password", passwords],
    ["POST", "/api/auth/update-user", { name: "Eve" }],
  ])("R-SEC-1, R-SEC-8: %s %s answers nobody, and no other site", async (method, path, json) => {
    const body = json && { json };
    const before = await snapshot();
    expect((await server.browser().fetch(path, { method, ...body, headers: { origin: "" } })).status).toBe(401);
    const foreign = await owner.browser.fetch(path, { method, ...body, headers: { origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    expect(await snapshot()).toBe(before);
    expect((await owner.browser.query("account.me")).data.id).toBe(owner.id);
  });
});
