import type { LiveEvent } from "@holdfast/contract";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AppRouter } from "../routers/app-router.ts";
import type { Browser } from "../testing/browser.ts";
import { until } from "../testing/test-engine.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import type { TurnWatchEvent } from "../turns/turns.ts";

describe("event streams", () => {
  let db: TestDatabase;
  let server: TestServer;
  let browser: Browser;
  const closers: (() => void)[] = [];

  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    server = await startTestServer(db, {
      script: (asked) =>
        asked === "hang" ? [{ say: "So far " }, { hang: true }] : [{ say: "one two three ", everyMs: 30 }],
      limits: { sendsPerMinute: 0, signInsPerMinute: 0, requestsPerMinute: 0, streams: 2 },
    });
    browser = server.browser();
    await browser.mutate("task.add", { title: "makes a guest" });
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await server.stop();
  });

  function client() {
    return createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (operation) => operation.type === "subscription",
          true: httpSubscriptionLink({
            url: `${server.url}/api/trpc`,
            EventSource,
            eventSourceOptions: async () => ({
              fetch: (url: string | URL, init: RequestInit) =>
                browser.fetch(String(url).slice(server.url.length), { ...init, headers: init.headers }),
            }),
          }),
          false: httpBatchLink({ url: `${server.url}/api/trpc`, fetch: browserFetch }),
        }),
      ],
    });
  }

  function browserFetch(url: URL | string, init?: object): Promise<Response> {
    return browser.fetch(String(url).slice(server.url.length), init);
  }

  function openFeed(): LiveEvent[] {
    const heard: LiveEvent[] = [];
    const feed = client().live.feed.subscribe(undefined, { onData: (event) => heard.push(event) });
    closers.push(() => feed.unsubscribe());
    return heard;
  }

  const send = (message: string, turnId: string = crypto.randomUUID()) =>
    browser.mutate("turn.start", { turnId, message }).then((answer) => answer.data.turn);

  it("R-WEB-3: the live feed tells of everything of the person's, `connected` first", async () => {
    const heard = openFeed();
    await until(() => heard.length > 0, "connected");
    expect(heard[0]).toEqual({ type: "connected", running: [] });
    const turn = await send("Hello");
    await until(() => heard.some((event) => event.type === "turn-ended"), "the end");
    await browser.mutate("task.add", { title: "x" });
    await browser.mutate("conversation.delete", { id: turn.conversationId });
    await until(
      () => heard.some((event) => event.type === "conversation-changed" && event.change === "deleted"),
      "deletion",
    );
    const types = heard.map((event) => event.type);
    expect(types.indexOf("turn-started")).toBeLessThan(types.indexOf("turn-chunk"));
    expect(types.lastIndexOf("turn-chunk")).toBeLessThan(types.indexOf("turn-ended"));
    expect(types).toContain("tasks-changed");
    expect(heard).toContainEqual({
      type: "conversation-changed",
      conversationId: turn.conversationId,
      change: "created",
    });
    const said = heard.flatMap((event) => (event.type === "turn-chunk" ? event.events : []));
    expect(said.map((event) => (event.type === "text" ? event.delta : "")).join("")).toBe("one two three ");
  });

  it("R-TURN-3: whoever connects during an answer gets what has been said, and the rest", async () => {
    const turn = await send("hang");
    await until(async () => (await browser.query("turn.get", { turnId: turn.id })).data.seq > 0, "words");
    const heard = openFeed();
    await until(() => heard.length > 0, "connected");
    expect(heard[0]).toMatchObject({ type: "connected", running: [{ id: turn.id, steps: [{ content: "So far " }] }] });
    // Who cannot have a stream asks for the same.
    expect((await browser.query("live.snapshot")).data).toEqual(heard[0]);
  });

  it("turn.watch ends with the turn, and resumes after the last id", async () => {
    const turn = await send("Hello");
    const watch = (lastEventId?: string) => {
      const seen: { id: string; data: TurnWatchEvent }[] = [];
      return new Promise<typeof seen>((resolve, reject) => {
        client().turn.watch.subscribe(
          { turnId: turn.id, lastEventId },
          { onData: (event) => seen.push(event), onComplete: () => resolve(seen), onError: reject },
        );
      });
    };
    const seen = await watch();
    expect(seen[0]?.data.type).toBe("turn");
    expect(seen.at(-1)?.data).toMatchObject({ type: "ended", turn: { status: "completed" } });
    expect(seen.every(({ id }) => id.startsWith(`${turn.id}:`))).toBe(true);
    const resumed = await watch(`${turn.id}:1`);
    expect(resumed.at(-1)?.data.type).toBe("ended");
  });

  it("R-OPS-6: a server that stops ends streams without calling them complete, so that browsers connect again", async () => {
    const feed = readAll(await browser.fetch("/api/trpc/live.feed"));
    await until(() => feed.text.includes('"type":"connected"'), "the feed");
    await server.api.stop();
    await feed.ended;
    expect(feed.text).not.toContain("event: return");
  });

  it("R-SEC-8: is not cached, buffered or compressed on its way, and tells the client how soon to come again", async () => {
    const response = await browser.fetch("/api/trpc/live.feed", { headers: { "accept-encoding": "gzip, br" } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    expect(response.headers.get("content-encoding")).toBeNull();
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^retry: \d+\nevent: connected\n/);
    await reader?.cancel();
    await until(() => server.api.stats().liveFeeds === 0, "the end of the feed");
  });

  it("R-SEC-8: a person has so many streams and no more", async () => {
    const streams = await Promise.all([browser.fetch("/api/trpc/live.feed"), browser.fetch("/api/trpc/live.feed")]);
    const third = await browser.fetch("/api/trpc/live.feed");
    expect(third.status).toBe(429);
    await streams[0]?.body?.cancel();
    await until(async () => (await opens(browser)) === 200, "room");
    await streams[1]?.body?.cancel();
  });

  it("R-SEC-1: a feed that is asked for as somebody else is refused", async () => {
    const feedOf = (userId: string) =>
      browser.fetch(`/api/trpc/live.feed?input=${encodeURIComponent(JSON.stringify({ userId }))}`);
    const own = await feedOf((await browser.query("account.me")).data.id);
    expect(own.status).toBe(200);
    await own.body?.cancel();
    expect((await feedOf(crypto.randomUUID())).status).toBe(403);
    expect((await feedOf("somebody")).status).toBe(400);
    expect((await browser.query("live.snapshot", { userId: crypto.randomUUID() })).status).toBe(403);
  });

  it("R-SEC-2: a visitor has no feed, and who signs out loses theirs", async () => {
    expect((await server.browser().fetch("/api/trpc/live.feed")).status).toBe(401);
    const feed = readAll(await browser.fetch("/api/trpc/live.feed"));
    await until(() => feed.text.includes('"type":"connected"'), "the feed");
    await browser.post("/api/auth/sign-out");
    await feed.ended;
    expect(feed.text).not.toContain("event: return");
  });

  it("answers a subscription that refuses to begin with its status", async () => {
    expect((await browser.fetch("/api/trpc/turn.watch?input=%7B")).status).toBe(400);
    expect((await browser.fetch("/api/trpc/turn.watch?input=%7B%7D")).status).toBe(400);
    expect((await browser.fetch("/api/trpc/live.feed", { method: "POST" })).status).toBe(405);
  });
});

async function opens(browser: Browser): Promise<number> {
  const response = await browser.fetch("/api/trpc/live.feed");
  await response.body?.cancel();
  return response.status;
}

/** What a response has sent up to now, and when it has ended in any way. */
function readAll(response: Response): { text: string; ended: Promise<void> } {
  const read = { text: "", ended: collect() };
  async function collect(): Promise<void> {
    await Promise.resolve();
    try {
      for await (const bytes of response.body ?? []) read.text += new TextDecoder().decode(bytes);
    } catch {
      // cut off: what came until then counts
    }
  }
  return read;
}
