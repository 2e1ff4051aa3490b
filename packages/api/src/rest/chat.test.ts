import { describe, expect, it, vi } from "vitest";
import { type Body, bearer, newProgram, uuid } from "../testing/program.ts";
import { serveTests, startTestServer } from "../testing/test-server.ts";

let runs = 0;

const used = serveTests({
  script: (asked) => {
    runs++;
    if (asked.includes("fail")) return [{ say: "Half an " }, { crash: new Error("socket hang up at 10.0.0.1") }];
    return [{ say: "You said: " }, { waitMs: asked.includes("slow") ? 500 : 0 }, { say: asked, everyMs: 1 }];
  },
});

describe("chat over REST", () => {
  it("R-API-2, R-TURN-6: answers, and answers the same turn the same", async () => {
    const { send, id } = await newProgram(used.db, used.server);
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
    expect(await used.db.sql("select count(*)::int as count from messages where user_id = $1", [id])).toEqual([
      { count: 4 },
    ]);
    expect((await send("POST", "/chat", { message: "Hi", model: "openai/none" })).status).toBe(400);
    expect((await send("POST", "/chat", { message: "Hi", conversationId: crypto.randomUUID() })).status).toBe(404);
  });

  it("R-TURN-2, R-API-3: 502 where the assistant fails; nothing is stored, and nothing of the cause is told", async () => {
    const { send, id } = await newProgram(used.db, used.server);
    const failed = await send("POST", "/chat", { message: "fail, please" });
    expect([failed.status, failed.body.error.code]).toEqual([502, "ASSISTANT_FAILED"]);
    expect(JSON.stringify(failed.body)).not.toContain("10.0.0.1");
    expect(await used.db.sql("select 1 from messages where user_id = $1", [id])).toEqual([]);
  });

  it("R-TURN-3: is waited for to its end, whoever of the same person signs out meanwhile", async () => {
    const person = { name: "Ada", email: `${crypto.randomUUID()}@example.com`, password: "a long enough password" };
    const browser = used.server.browser();
    await browser.post("/api/auth/sign-up/email", person);
    const { id } = (await browser.query("account.me")).data;
    const waiting = fetch(`${used.server.url}/api/${id}/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${(await bearer.mint(id)).token}`, "content-type": "application/json" },
      body: JSON.stringify({ message: "slow" }),
    });
    const isRunning = async () =>
      expect(await used.db.sql("select 1 from turns where user_id = $1", [id])).toHaveLength(1);
    await vi.waitFor(isRunning);
    expect((await browser.post("/api/auth/sign-out")).status).toBe(200);
    const response = await waiting;
    expect([response.status, ((await response.json()) as Body).response]).toEqual([200, "You said: slow"]);
  });

  it("R-TURN-3: goes on when the program has gone; 409 for what cannot be meanwhile", async () => {
    const { send } = await newProgram(used.db, used.server);
    const { id: conversationId } = (await send("POST", "/conversations")).body;
    const turnId = crypto.randomUUID();
    const leaving = new AbortController();
    const lost = send("POST", "/chat", { message: "slow", conversationId, turnId }, {}, leaving.signal).catch(
      () => "gone",
    );
    await vi.waitFor(async () => {
      expect(await used.db.sql("select 1 from turns where id = $1 and status = 'running'", [turnId])).toHaveLength(1);
    });
    const meanwhile = await send("POST", `/conversations/${conversationId}/messages`, { role: "user", content: "x" });
    expect([meanwhile.status, meanwhile.body.error.code]).toEqual([409, "CONFLICT"]);
    leaving.abort();
    expect(await lost).toBe("gone");
    const again = await send("POST", "/chat", { message: "slow", conversationId, turnId });
    expect(again.body.response).toBe("You said: slow");
  });

  it("R-API-2: is streamed to programs that ask for it, and taken up where it broke off", async () => {
    const { send } = await newProgram(used.db, used.server);
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

  it("R-TURN-3, R-TURN-6: an id in capitals is the same id", async () => {
    const { send } = await newProgram(used.db, used.server);
    const turnId = crypto.randomUUID();
    const turn = { message: "in capitals", turnId: turnId.toUpperCase() };
    const { body } = await send("POST", "/chat", turn, { accept: "text/event-stream" });
    expect(eventsOf(body).at(-1)).toMatchObject({ event: "ended", data: { id: turnId, status: "completed" } });
    const again = await send("POST", "/chat", turn);
    expect(again.body.turnId).toBe(turnId);
    const conversationId = again.body.conversationId.toUpperCase();
    expect((await send("POST", "/chat", { ...turn, conversationId })).body).toEqual(again.body);
    expect(eventsOf((await send("GET", `/turns/${turn.turnId}/events`)).body).at(-1)?.event).toBe("ended");

    const slow = { message: "slow", conversationId, turnId: crypto.randomUUID() };
    const waiting = send("POST", "/chat", slow);
    const isRunning = "select 1 from turns where id = $1 and status = 'running'";
    await vi.waitFor(async () => expect(await used.db.sql(isRunning, [slow.turnId])).toHaveLength(1));
    expect((await send("DELETE", `/conversations/${conversationId}`)).status).toBe(204);
    expect((await waiting).status).toBe(404);
  });

  it("R-CONV-1, R-SEC-3: ids that no version of UUIDs makes, but PostgreSQL holds, are ids", async () => {
    const { send, id } = await newProgram(used.db, used.server);
    const odd = "11111111-1111-1111-1111-111111111111";
    await used.db.sql("insert into conversations (user_id, id, title, message_count) values ($1, $2, 'odd', 0)", [
      id,
      odd,
    ]);
    expect((await send("GET", `/conversations/${odd}`)).body).toMatchObject({ id: odd, messages: [] });
    const turn = { message: "Hello", conversationId: odd, turnId: "00000000-0000-0000-0000-000000000001" };
    expect((await send("POST", "/chat", turn)).body).toMatchObject({ conversationId: odd, turnId: turn.turnId });
  });

  it("R-TURN-6, R-SEC-8: a send whose stream is one too many has done nothing", async () => {
    const limits = { sendsPerMinute: 0, signInsPerMinute: 0, requestsPerMinute: 0, streams: 1 };
    const server = await startTestServer(used.db, {
      limits,
      script: () => [{ say: "a" }, { waitMs: 500 }, { say: "b" }],
    });
    const { send, id } = await newProgram(used.db, server);
    const asStream = { accept: "text/event-stream" };
    const first = send("POST", "/chat", { message: "first" }, asStream);
    const turns = () => used.db.sql("select prompt from turns where user_id = $1", [id]);
    await vi.waitFor(async () => expect(await turns()).toHaveLength(1));
    expect((await send("POST", "/chat", { message: "second" }, asStream)).status).toBe(429);
    expect(eventsOf((await first).body).at(-1)?.event).toBe("ended");
    expect(await turns()).toEqual([{ prompt: "first" }]);
    await server.stop();
  });

  it("R-OPS-6: an answer that ends while the server stops still reaches who waits for it", async () => {
    const stopping = await startTestServer(used.db, {
      script: () => [{ say: "To the " }, { waitMs: 300 }, { say: "end." }],
    });
    const { send, id } = await newProgram(used.db, stopping);
    const waiting = send("POST", "/chat", { message: "Hello" });
    const running = "select count(*)::int as count from turns where user_id = $1 and status = 'running'";
    await expect.poll(() => used.db.sql(running, [id])).toEqual([{ count: 1 }]);
    await stopping.stop(); // and with it every connection
    const { status, body } = await waiting;
    expect([status, body.response]).toEqual([200, "To the end."]);
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
