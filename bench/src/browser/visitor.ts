import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";
import type pg from "pg";
import { people, writerConversation } from "../data/shape.ts";
import { signUp } from "../load/session.ts";

/** A registered person with a session in a browser, and conversations of every length. */
export interface Visitor {
  cookies: { name: string; value: string; url: string }[];
  conversations: VisitorConversation[];
}

export interface VisitorConversation {
  id: string;
  messages: number;
  newestMessageId: string;
}

/** Undefined where only Playwright's own search may find one. */
export function chromiumPath(): string | undefined {
  const candidates = [process.env["PLAYWRIGHT_CHROMIUM_PATH"], chromium.executablePath(), "/usr/bin/chromium"];
  return candidates.find((file) => file && existsSync(file));
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
  ];
  return chromium.launch({ args: quiet, ...(executablePath && { executablePath }) });
}

/** Signs up over HTTP, then gets copies of what the seeding made: 10,000 conversations, and long ones on top. */
export async function makeVisitor(port: number, owner: pg.Pool): Promise<Visitor> {
  const { userId, cookies } = await signUp(port);
  await owner.query(copyCollection, [userId, people.collector.id]);
  const conversations: VisitorConversation[] = [];
  for (const messages of [20, 1_000, 10_000, 10] as const) {
    conversations.push(await copyConversation(owner, userId, messages));
  }
  const url = `http://127.0.0.1:${port}`;
  return { cookies: [...cookies].map(([name, value]) => ({ name, value, url })), conversations };
}

export function ofLength(visitor: Visitor, messages: number): VisitorConversation {
  const found = visitor.conversations.find((one) => one.messages === messages);
  if (!found) throw new Error(`The visitor has no conversation of ${messages} messages`);
  return found;
}

const copyCollection = `
  INSERT INTO conversations (user_id, title, created_at, updated_at)
  SELECT $1, title, created_at, updated_at FROM conversations WHERE user_id = $2`;

async function copyConversation(
  owner: pg.Pool,
  userId: string,
  messages: 10 | 20 | 1_000 | 10_000,
): Promise<VisitorConversation> {
  const source = writerConversation(messages);
  const { rows: made } = await owner.query<{ id: string }>(
    "INSERT INTO conversations (user_id, title, message_count, read_position) VALUES ($1, $2, $3, $3) RETURNING id",
    [userId, `Of ${messages} messages`, messages],
  );
  const id = made[0]?.id ?? "";
  await owner.query(
    `INSERT INTO messages (user_id, conversation_id, position, role, content, created_at)
     SELECT $1, $2, position, role, content, created_at FROM messages WHERE user_id = $3 AND conversation_id = $4 AND position <= $5`,
    [userId, id, people.writer.id, source, messages],
  );
  await owner.query(
    `INSERT INTO turns (user_id, id, conversation_id, status, prompt, model, first_position, last_position, started_at, ended_at)
     SELECT $1, gen_random_uuid(), $2, status, prompt, model, first_position, last_position, started_at, ended_at
     FROM turns WHERE user_id = $3 AND conversation_id = $4 AND last_position <= $5`,
    [userId, id, people.writer.id, source, messages],
  );
  const { rows } = await owner.query<{ id: string }>(
    "SELECT id FROM messages WHERE user_id = $1 AND conversation_id = $2 AND position = $3",
    [userId, id, messages],
  );
  return { id, messages, newestMessageId: rows[0]?.id ?? "" };
}
