import { personHeader } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import type { Browser } from "./testing/browser.ts";
import { expectClean, id, procedures, program, type Sent, type Wall, wallScene, walls } from "./testing/walls.ts";

const scene = wallScene();

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

it("every procedure has its wall", () => {
  expect(procedures.map(({ name }) => name).sort()).toEqual(Object.keys(walls).sort());
});

describe.each(procedures)("$name", ({ name, type }) => {
  const wall = walls[name] as Wall; // the test above says so

  it("R-SEC-1: answers nobody but who is known", async () => {
    const anonymous = scene.visitor();
    const sent = await call(name, type, wall.input(scene.owner.belongings), anonymous, { origin: "" });
    expect(sent.status, sent.text).toBe(wall.open ? 200 : 401);
    for (const authorization of [
      "Bearer nonsense",
      "Basic YTpi",
      `Bearer ${scene.stranger.browser.cookies.get("holdfast.session_data")}`,
    ]) {
      // The cookie beside it is good, and must not be asked.
      const refused = await call(name, type, wall.input(scene.owner.belongings), scene.owner.browser.copy(), {
        authorization,
      });
      expect(refused.status, `${authorization}: ${refused.text}`).toBe(401);
    }
    const gone = await program(crypto.randomUUID());
    expect((await call(name, type, wall.input(scene.owner.belongings), scene.visitor(), gone)).status).toBe(401);
  });

  it("R-SEC-1, R-CONV-6: gives a stranger nothing, and changes nothing", async () => {
    const before = await scene.snapshot();
    const input = { ...wall.input(scene.owner.belongings), userId: scene.owner.id, user_id: scene.owner.id };
    for (const headers of [{}, await program(scene.stranger.id)]) {
      const browser = "authorization" in headers ? scene.visitor() : scene.stranger.browser;
      const sent = await call(name, type, wall.stranger ? wall.input(scene.owner.belongings) : input, browser, headers);
      expectClean(sent, name);
      if (wall.stranger) expect(sent.status, sent.text).toBe(wall.stranger);
    }
    expect(await scene.snapshot()).toBe(before);
  });

  it("R-API-3: refuses malformed ids and inputs of the wrong kind with 400", async () => {
    const input = wall.input(scene.owner.belongings);
    for (const field of Object.keys(input ?? {}).filter((one) => /id$/i.test(one) || one === "around")) {
      for (const bad of ["1", "", "not-a-uuid", `${id()}'--`, 7, null, { $ne: null }, [id()]]) {
        if (bad === null && field === "conversationId" && name.startsWith("turn.")) continue;
        const sent = await call(name, type, { ...input, [field]: bad }, scene.stranger.browser);
        expect(sent.status, `${field} = ${JSON.stringify(bad)}: ${sent.text}`).toBe(400);
        expect(sent.text).toContain("issues");
      }
    }
    for (const bad of ["text", 5, true, [1, 2]]) {
      const sent = await call(name, type, bad, scene.stranger.browser);
      if (input) expect(sent.status, `${JSON.stringify(bad)}: ${sent.text}`).toBe(400);
      else expectClean(sent, name);
    }
  });

  it("R-SEC-2: makes no guest of a visitor who sends what is not valid", async () => {
    const input = wall.input(scene.owner.belongings);
    if (!input) return;
    for (const bad of ["text", { ...input, unknown: 1, title: {}, message: {} }]) {
      const visitor = scene.visitor();
      const sent = await call(name, type, bad, visitor);
      if (type === "mutation") expect([400, 401], sent.text).toContain(sent.status);
      expect(visitor.cookies.size).toBe(0);
    }
  });

  it("R-SEC-2: makes no guest of somebody whom the page still shows", async () => {
    const visitor = scene.visitor();
    const headers = { [personHeader]: scene.owner.id };
    const sent = await call(name, type, wall.input(scene.owner.belongings), visitor, headers);
    expect(sent.status, sent.text).toBe(wall.open ? 200 : 401);
    expect(visitor.cookies.size).toBe(0);
  });

  it("R-API-2: refuses a huge body with 413", async () => {
    if (type !== "mutation") return;
    const sent = await call(name, type, { padding: "x".repeat(1_100_000) }, scene.stranger.browser);
    expect(sent.status).toBe(413);
  });

  it("R-SEC-8: refuses another site's page", async () => {
    const before = await scene.snapshot();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"]) {
      const sent = await call(name, type, wall.input(scene.owner.belongings), scene.owner.browser, { origin });
      expect(sent.status, origin).toBe(403);
    }
    if (type === "mutation") {
      const sent = await call(name, type, wall.input(scene.owner.belongings), scene.owner.browser, { origin: "" });
      expect(sent.status, "a cookie without an Origin").toBe(403);
    }
    expect(await scene.snapshot()).toBe(before);
  });
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
    const before = await scene.snapshot();
    expect((await scene.visitor().fetch(path, { method, ...body, headers: { origin: "" } })).status).toBe(401);
    const foreign = await scene.owner.browser.fetch(path, {
      method,
      ...body,
      headers: { origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    expect(await scene.snapshot()).toBe(before);
    expect((await scene.owner.browser.query("account.me")).data.id).toBe(scene.owner.id);
  });
});
