import type { Json } from "@holdfast/contract";
import { beforeAll, beforeEach, expect } from "vitest";
import { createBearerTokens } from "../identity/bearer.ts";
import { restRoutes } from "../rest/routes.ts";
import { appRouter } from "../routers/app-router.ts";
import type { Browser } from "./browser.ts";
import { serveTests, type TestServer, testSecret } from "./test-server.ts";

/** What belongs to the person whom the others must not reach. */
export interface Belongings {
  conversationId: string;
  turnId: string;
  taskId: string;
  messageId: string;
}

export interface Wall {
  /** A valid input about these belongings. */
  input(of: Belongings): Record<string, Json> | undefined;
  /** What a stranger gets who asks about them; without it, the input names nothing of anybody's. */
  stranger?: 403 | 404;
  /** Whether a visitor may ask. */
  open?: true;
}

export const id = () => crypto.randomUUID();

/** Every procedure. One that is missing here fails the first test. */
export const walls: Record<string, Wall> = {
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
  "live.snapshot": { input: () => undefined },
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

export const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).map(([name, { _def }]) => ({ name, type: _def.type }));
export const routes = restRoutes(appRouter);
const bearer = createBearerTokens(testSecret);

interface Somebody {
  id: string;
  browser: Browser;
}

interface Owner extends Somebody {
  belongings: Belongings;
}

/** A server, an owner whose belongings every test of the file asks for, and a stranger of each test's own who asks. */
export function wallScene() {
  const used = serveTests();
  let owner: Owner;
  let stranger: Somebody;

  beforeAll(async () => {
    owner = await newOwner(used.server);
  });
  beforeEach(async () => {
    stranger = await newPerson(used.server);
  });

  return {
    get owner() {
      return owner;
    },
    get stranger() {
      return stranger;
    },
    visitor: () => used.server.browser(),
    /** Everything that is the owner's, as text. */
    async snapshot(): Promise<string> {
      const tables = ["conversations", "messages", "turns", "tasks"];
      const rows = await Promise.all(
        tables.map((table) =>
          used.db.sql(`select to_jsonb(t) as row from ${table} t where user_id = $1 order by id`, [owner.id]),
        ),
      );
      return JSON.stringify(rows);
    },
  };
}

async function newPerson(server: TestServer): Promise<Somebody> {
  const browser = server.browser();
  await browser.mutate("task.add", { title: "A task" });
  const { data } = await browser.query("account.me");
  return { browser, id: data.id as string };
}

async function newOwner(server: TestServer): Promise<Owner> {
  const person = await newPerson(server);
  const { data } = await person.browser.mutate("turn.chat", { message: "A secret word" });
  const [task] = (await person.browser.query("task.list")).data;
  const { conversationId, turnId, messages } = data;
  return { ...person, belongings: { conversationId, turnId, taskId: task.id, messageId: messages[0].id } };
}

export type Sent = { status: number; text: string };

export function program(userId: string, secret = bearer): Promise<{ authorization: string }> {
  return secret.mint(userId).then(({ token }) => ({ authorization: `Bearer ${token}` }));
}

export function expectClean({ status, text }: Sent, label: string): void {
  expect(status, `${label}: ${text.slice(0, 200)}`).toBeLessThan(500);
  expect(text, label).not.toMatch(/A secret word|select |insert |node_modules|at \w+ \(|stack"/i);
}
