import type { Json } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import type { Browser } from "../testing/browser.ts";
import { serveTests, startTestServer } from "../testing/test-server.ts";
import { resetPassword } from "./reset-password.ts";

const password = "a long enough password";

const used = serveTests();

async function register(email = `${crypto.randomUUID()}@example.com`) {
  const browser = used.server.browser();
  const response = await browser.post("/api/auth/sign-up/email", { name: "Ada\nLovelace", email, password });
  const { user } = (await response.json()) as { user: { id: string } };
  return { browser, email, id: user.id };
}

async function fill(browser: Browser) {
  const conversations: string[] = [];
  for (const title of ["First 🪢", "Second ``` of them", "Empty"]) {
    const { data } = await browser.mutate("conversation.create", { title });
    conversations.push(data.id);
    if (title === "Empty") continue;
    const add = (message: { [field: string]: Json }) =>
      browser.mutate("message.add", { conversationId: data.id, ...message });
    await add({ role: "system", content: "Be brief." });
    for (let turn = 0; turn < 3; turn++) {
      await add({ role: "user", content: `Question ${turn} of ${title}\n\n<b>"quoted"</b> \\ مرحبا \u200d` });
      const call = {
        id: `call_${turn}`,
        name: "add_task",
        arguments: { title: '[{,}]"' },
        result: [turn, null, "`````"],
        status: "completed",
      };
      await add({ role: "assistant", content: "", toolCalls: [call, { ...call, id: "b", status: "failed" }] });
      await add({ role: "assistant", content: `Answer ${turn}` });
    }
    await add({ role: "tool", content: "of a program" });
  }
  await browser.mutate("conversation.update", { id: conversations[0] ?? "", pinned: true });
  await browser.mutate("task.add", { title: "Buy milk", description: "Two,\nof them" });
  const done = await browser.mutate("task.add", { title: "Sleep" });
  await browser.mutate("task.update", { id: done.data.id, completed: true });
  return conversations;
}

async function exported(browser: Browser, query = "?format=json"): Promise<string> {
  const response = await browser.fetch(`/api/account/export${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="holdfast-\d{4}-\d\d-\d\d\.(json|md)"$/,
  );
  return response.text();
}

function importFile(browser: Browser, body: string) {
  return browser.fetch("/api/account/import", {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
}

/** Without what is new in every copy. */
function withoutIds(file: string): unknown {
  return JSON.parse(file, (name, value) =>
    ["id", "conversationId", "exportedAt"].includes(name) &&
    typeof value === "string" &&
    !value.startsWith("call_") &&
    value !== "b"
      ? undefined
      : value,
  );
}

/** Where in the database a text occurs: every row of every table of the schema, as text. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await used.db.sql<{ name: string }>(
    "select c.oid::regclass::text as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace",
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await used.db.sql(`select 1 from ${name} t where t::text ilike $1 limit 1`, [`%${text}%`]);
      return rows.length > 0 ? [name] : [];
    }),
  );
  expect(tables.length).toBeGreaterThan(8);
  return found.flat().sort();
}

describe("an account", () => {
  it("R-SEC-7: export, delete, register, import gives the same content, order and tool calls", async () => {
    const first = await register();
    await fill(first.browser);
    const file = await exported(first.browser);
    expect((await first.browser.post("/api/account/delete", { password })).status).toBe(204);

    const second = await register(first.email);
    expect(second.id).not.toBe(first.id);
    const response = await importFile(second.browser, file);
    expect(await response.json()).toEqual({ conversations: 3, messages: 22, tasks: 2 });
    const again = await exported(second.browser);
    expect(withoutIds(again)).toEqual(withoutIds(file));
    const ids = (text: string): string[] => text.match(/"id":"[0-9a-f-]{36}"/g) ?? [];
    expect(ids(again)).toHaveLength(ids(file).length);
    expect(ids(again).filter((id) => ids(file).includes(id))).toEqual([]);

    const { data } = await second.browser.query("conversation.list", {});
    expect(data.conversations.map(({ title }: { title: string }) => title)).toEqual([
      "Empty",
      "Second ``` of them",
      "First 🪢",
    ]);
    expect((await second.browser.query("conversation.pinned")).data).toHaveLength(1);
  });

  it("R-SEC-7: exports as Markdown, and one conversation alone", async () => {
    const { browser } = await register();
    const [first = ""] = await fill(browser);
    const markdown = await exported(browser, "?format=markdown");
    for (const part of [
      "# First 🪢",
      "## Ada Lovelace, ",
      "## Assistant, ",
      "Tool `add_task` (failed):",
      "``````json",
      "- [x] Sleep",
      "- [ ] Buy milk\n  Two,\n  of them",
    ]) {
      expect(markdown).toContain(part);
    }
    const one = await exported(browser, `?format=markdown&conversationId=${first}`);
    expect(one).toContain("# First 🪢");
    expect(one).not.toContain("Second");
    const json = JSON.parse(await exported(browser, `?conversationId=${first}`));
    expect(json).toMatchObject({
      format: "holdfast-export",
      version: 1,
      conversations: [{ title: "First 🪢" }],
      tasks: [],
    });

    const stranger = (await register()).browser;
    expect((await stranger.fetch(`/api/account/export?conversationId=${first}`)).status).toBe(403);
    expect((await stranger.fetch(`/api/account/export?conversationId=${crypto.randomUUID()}`)).status).toBe(404);
    expect((await stranger.fetch("/api/account/export?conversationId=1")).status).toBe(400);
    expect((await stranger.fetch("/api/account/export?format=pdf")).status).toBe(400);
    expect(JSON.parse(await exported(stranger))).toMatchObject({ conversations: [], tasks: [] });
  });

  it("R-SEC-7: refuses what is no export, and says what of a damaged one was taken in", async () => {
    const { browser } = await register();
    await fill(browser);
    const file = await exported(browser);
    const other = (await register()).browser;
    const list = async () => (await other.query("conversation.list", {})).data.conversations.length as number;
    for (const bad of [
      "",
      "[]",
      "{}",
      '{"conversations": [{}]}',
      file.replace('"version":1', '"version":2'),
      "not json",
    ]) {
      const response = await importFile(other, bad);
      expect(response.status, bad.slice(0, 40)).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { message: expect.stringMatching(/^This is not a JSON/), issues: [expect.anything()] },
      });
      expect(await list()).toBe(0);
    }
    const cut = await importFile(other, file.slice(0, file.lastIndexOf('"title":"Empty"')));
    expect(cut.status).toBe(400);
    const { error } = (await cut.json()) as { error: { message: string } };
    expect(error.message).toContain(`${await list()} conversation`);
    const forged = file.replace('"role":"system"', '"role":"admin"');
    expect((await importFile(other, forged)).status).toBe(400);
    expect(
      (
        await browser.fetch("/api/account/import", {
          method: "POST",
          body: file,
          headers: { "content-type": "text/plain" },
        })
      ).status,
    ).toBe(415);
  });

  it("R-SEC-7: takes in ten thousand conversations within seconds, and what came before a fault in order", async () => {
    const { browser } = await register();
    const at = "2026-01-01T00:00:00.000Z";
    const conversationOf = (index: number) => ({
      id: crypto.randomUUID(),
      title: `Conversation ${index}`,
      createdAt: at,
      updatedAt: at,
      pinnedAt: null,
      messages: [],
    });
    const fileOf = (conversations: unknown[]) =>
      JSON.stringify({ format: "holdfast-export", version: 1, conversations, tasks: [] });
    const many = Array.from({ length: 10_000 }, (_, index) => conversationOf(index));
    const begin = performance.now();
    expect(await (await importFile(browser, fileOf(many))).json()).toMatchObject({ conversations: 10_000 });
    expect(performance.now() - begin).toBeLessThan(30_000);

    const other = (await register()).browser;
    const faulty = await importFile(other, fileOf([...many.slice(0, 1_500), { ...conversationOf(1_500), title: "" }]));
    expect(faulty.status).toBe(400);
    const { error } = (await faulty.json()) as { error: { message: string; issues: { path: string }[] } };
    expect(error.message).toContain("1500 conversations before that were imported.");
    expect(error.issues[0]?.path).toBe("conversations.1500.title");
    const { id } = (await other.query("account.me")).data;
    expect(await used.db.sql("select count(*)::int as count from conversations where user_id = $1", [id])).toEqual([
      { count: 1_500 },
    ]);
  });

  it("R-SEC-4: deleting it asks the password again, and leaves its id nowhere", async () => {
    const guest = used.server.browser();
    await guest.mutate("turn.chat", { message: "Hello" });
    const { id } = (await guest.query("account.me")).data;
    const email = `${crypto.randomUUID()}@example.com`;
    await guest.post("/api/auth/sign-up/email", { name: "Ada", email, password });
    await fill(guest);
    await guest.mutate("turn.start", { turnId: crypto.randomUUID(), message: "Hello again" });
    await used.db.sql(
      "insert into verifications (identifier, value, expires_at) values ('reset-password:abc', $1, now() + interval '1 hour')",
      [id],
    );
    expect((await tablesWith(id)).length).toBeGreaterThan(5);

    for (const body of [{}, { password: "" }, { password: "wrong password" }]) {
      const refused = await guest.post("/api/account/delete", body);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: { issues: [{ path: "password" }] } });
    }
    expect((await guest.post("/api/account/delete", { password })).status).toBe(204);
    expect(guest.cookies.size).toBe(0);
    expect(await tablesWith(id)).toEqual([]);
    expect(await tablesWith(email)).toEqual([]);
  });

  it("R-SEC-4: a guest goes without a password, for there is none", async () => {
    const guest = used.server.browser();
    await guest.mutate("task.add", { title: "A task" });
    const { id } = (await guest.query("account.me")).data;
    expect((await guest.post("/api/account/delete")).status).toBe(204);
    expect(await tablesWith(id)).toEqual([]);
  });

  it("R-SEC-8: attempts at its password are counted when deleting, too", async () => {
    const limits = { sendsPerMinute: 0, signInsPerMinute: 2, requestsPerMinute: 0, streams: 0 };
    const limited = await startTestServer(used.db, { limits });
    const { browser: known } = await register();
    const browser = limited.browser();
    for (const [name, value] of known.cookies) browser.cookies.set(name, value);
    const attempts = [1, 2, 3].map(() => () => browser.post("/api/account/delete", { password: "wrong password" }));
    const statuses: number[] = [];
    for (const attempt of attempts) statuses.push((await attempt()).status);
    expect(statuses).toEqual([400, 400, 429]);
    await limited.stop();
  });

  it("the operator's command gives it a new password and ends its sessions", async () => {
    const { browser, email } = await register();
    expect(await resetPassword(used.db, "nobody@example.com")).toBeNull();
    const made = await resetPassword(used.db, email.toUpperCase());
    expect((await browser.mutate("conversation.create", {})).code).toBe("UNAUTHORIZED");
    const signIn = (secret: string) =>
      used.server.browser().post("/api/auth/sign-in/email", { email, password: secret });
    expect([(await signIn(password)).status, (await signIn(made ?? "")).status]).toEqual([401, 200]);
  });
});
