import { describe, expect, it } from "vitest";
import { expectClean, program, routes, type Wall, wallScene, walls } from "../testing/walls.ts";

const scene = wallScene();

describe.each(routes)("$method /api/{user_id}$path", (route) => {
  const wall = walls[route.procedure] as Wall; // as above

  async function send(
    userId: string,
    init: RequestInit & { json?: unknown },
    of = scene.owner.belongings,
    browser = scene.visitor(),
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
    const before = await scene.snapshot();
    expect((await send(scene.owner.id, { headers: { origin: "" } })).status).toBe(401);
    const headers = await program(scene.stranger.id);
    for (const userId of [scene.owner.id, "not-a-uuid", "me", "%00", crypto.randomUUID()]) {
      const sent = await send(userId, { headers });
      expect(sent.status, userId).toBe(403);
      expectClean(sent, userId);
    }
    expect(await scene.snapshot()).toBe(before);
  });

  it("R-CONV-6: a stranger at their own address gets nothing of the owner's", async () => {
    const before = await scene.snapshot();
    const sent = await send(scene.stranger.id, { headers: await program(scene.stranger.id) });
    expectClean(sent, route.path);
    if (wall.stranger) expect(sent.status).toBe(wall.stranger);
    expect(await scene.snapshot()).toBe(before);
  });

  it("R-API-3: 400 for malformed ids, with issues", async () => {
    if (!route.path.includes("{")) return;
    const bad = { conversationId: "x", turnId: "x", taskId: "x", messageId: "x" };
    const sent = await send(scene.stranger.id, { headers: await program(scene.stranger.id) }, bad);
    expect(sent.status).toBe(400);
    expect(JSON.parse(sent.text).error.issues).not.toEqual([]);
  });

  it("R-API-2: 405 with Allow, 415, 413, and 400 for what is no JSON object", async () => {
    const headers = await program(scene.owner.id);
    const wrong = await send(scene.owner.id, { method: "PUT", headers });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toContain(route.method);
    if (route.method !== "POST") return;
    expect((await send(scene.owner.id, { headers, json: { content: "x".repeat(1_100_000) } })).status).toBe(413);
    const wrongType = await scene.visitor().fetch(restPath(route.path), {
      method: "POST",
      body: "a=b",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
    });
    expect(wrongType.status).toBe(415);
    for (const body of ["{", "null", "[]", '"text"', "\uFFFD"]) {
      const sent = await scene.visitor().fetch(restPath(route.path), {
        method: "POST",
        body,
        headers: { ...headers, "content-type": "application/json" },
      });
      expect(sent.status, body).toBe(400);
    }
  });

  it("R-SEC-8: refuses another site's page; the cookie with our own Origin will do", async () => {
    const before = await scene.snapshot();
    const foreign = await send(
      scene.owner.id,
      { headers: { origin: "https://evil.example" } },
      scene.owner.belongings,
      scene.owner.browser,
    );
    expect(foreign.status).toBe(403);
    if (route.method !== "GET") {
      expect(
        (await send(scene.owner.id, { headers: { origin: "" } }, scene.owner.belongings, scene.owner.browser)).status,
      ).toBe(403);
    }
    expect(await scene.snapshot()).toBe(before);
    const own = await send(scene.stranger.id, {}, scene.owner.belongings, scene.stranger.browser);
    expect(own.status).not.toBe(401);
  });

  function restPath(path: string): string {
    return `/api/${scene.owner.id}${path.replace(/\{\w+\}/g, scene.owner.belongings.conversationId)}`;
  }
});
