import { randomUUID } from "node:crypto";
import { limits } from "@holdfast/contract";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findStatement, insertConversation, listStatement } from "./conversations.ts";
import { followingStatement, turnsStatement } from "./message-pages.ts";
import { appendStatement, historyStatement, messageStatement, newestStatement } from "./messages.ts";
import { lastTurnStatement } from "./open-turn.ts";
import type { Statement } from "./pipeline.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import { discardStatement, forgetChunksStatement, lockTurnStatement, storeStatement } from "./turn-ends.ts";
import { firstStatement, startStatement } from "./turn-starts.ts";
import { runningStatement, turnMessagesStatement, turnStatement } from "./turns.ts";

/**
 * The plans of the hot path, as the application's role gets them: a policy can change a plan.
 * The sizes are such that a wrong plan is clearly the dearer one.
 */
let db: TestDatabase;
let app: Client;
let userId: string;
let otherUserId: string;
let conversationId: string;
let turnId: string;
let messageId: string;

beforeAll(async () => {
  db = await openTestDatabase();
  app = await db.asRole("app");
  userId = (await createTestUser(db)).id;
  await db.sql("INSERT INTO users (id, name) SELECT gen_random_uuid(), 'u' || n FROM generate_series(1, 60) n");
  await db.sql(
    `INSERT INTO conversations (user_id, id, title, message_count, updated_at)
     SELECT u.id, gen_random_uuid(), 'chat ' || n, 10, now() - n * interval '1 minute'
     FROM users u, LATERAL generate_series(1, CASE WHEN u.id = $1 THEN 2000 ELSE 30 END) n`,
    [userId],
  );
  const [other] = await db.sql<{ id: string }>("SELECT id FROM users WHERE id <> $1 LIMIT 1", [userId]);
  otherUserId = other?.id ?? "";
  const [latest] = await db.sql<{ id: string }>(
    "SELECT id FROM conversations WHERE user_id = $1 ORDER BY updated_at DESC LIMIT 1",
    [userId],
  );
  conversationId = latest?.id ?? "";
  await db.sql(
    `INSERT INTO messages (user_id, conversation_id, position, role, content)
     SELECT c.user_id, c.id, n, 'user', 'some words of message ' || n || CASE WHEN n % 1000 = 9 THEN ' rareword' ELSE '' END
     FROM conversations c, LATERAL generate_series(1, CASE WHEN c.id = $1 THEN 5000 ELSE 8 END) n`,
    [conversationId],
  );
  await db.sql("UPDATE conversations SET message_count = 5000 WHERE id = $1", [conversationId]);
  await db.sql(
    `INSERT INTO turns (user_id, id, conversation_id, status, prompt, model, first_position, last_position)
     SELECT m.user_id, gen_random_uuid(), m.conversation_id, 'completed', 'p', 'm', m.position, m.position + 1
     FROM messages m WHERE m.position % 2 = 1`,
  );
  const [turn] = await db.sql<{ id: string }>(
    "UPDATE turns SET status = 'running', runner = 1 WHERE conversation_id = $1 AND first_position = 4999 RETURNING id",
    [conversationId],
  );
  turnId = turn?.id ?? "";
  await db.sql(
    "INSERT INTO turn_chunks (user_id, turn_id, seq, data) SELECT user_id, id, n, '[]' FROM turns, generate_series(1, 3) n",
  );
  const [message] = await db.sql<{ id: string }>("SELECT id FROM messages WHERE user_id = $1 LIMIT 1", [userId]);
  messageId = message?.id ?? "";
  for (const table of ["users", "conversations", "messages", "turns", "turn_chunks"]) await db.sql(`ANALYZE ${table}`);
});

afterAll(() => db.close());

interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Rows Removed by Filter"?: number;
  Plans?: Node[];
}

/** Generic, as after the fifth use of a prepared statement: it must be right for every person. Carried out, and taken back. */
async function planOf(statement: Statement): Promise<Node[]> {
  await app.query("BEGIN");
  try {
    await app.query("SELECT set_config('app.user_id', $1, true)", [userId]);
    await app.query("SET LOCAL plan_cache_mode = force_generic_plan");
    await app.query(`PREPARE checked AS ${statement.text}`);
    const values = (statement.values ?? []).map(literal).join(", ");
    const { rows } = await app.query<{ "QUERY PLAN": { Plan: Node }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE checked ${values && `(${values})`}`,
    );
    const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
    return plan ? flatten(plan) : [];
  } finally {
    await app.query("ROLLBACK");
    await app.query("DEALLOCATE ALL");
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value)) return `'{}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

function flatten(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

const input = () => ({ turnId: randomUUID(), prompt: "p", model: "m", title: "t", runner: 1 });
const turnOf = () => ({ userId, turnId, runner: 1 });
const stored = { status: "completed" as const, steps: [], usage: null, cut: false };
const failed = {
  status: "failed" as const,
  failure: { code: "internal" as const, message: "x" },
  steps: [],
  usage: null,
};
const place = { updatedAt: "2026-01-01T00:00:00.000Z", id: randomUUID() };

const hotPath: [string, () => Statement][] = [
  ["find a conversation", () => findStatement(userId, conversationId)],
  ["first page of the list", () => listStatement(userId, 30, null)],
  ["a later page of the list", () => listStatement(userId, 30, place)],
  ["create a conversation", () => insertConversation(userId, "t", "default", null)],
  ["append a message", () => appendStatement(userId, conversationId, "user", "x", null)],
  ["the whole history", () => historyStatement(userId, conversationId)],
  ["newest messages", () => newestStatement(userId, conversationId, limits.position, 50)],
  ["newer messages", () => followingStatement(userId, conversationId, 100, 50)],
  ["a message by its id", () => messageStatement(userId, messageId)],
  ["turns of the newest page", () => turnsStatement(userId, conversationId, null, limits.position, 50)],
  ["turns of a page", () => turnsStatement(userId, conversationId, 100, 150, 50)],
  ["start a turn", () => startStatement(userId, conversationId, input())],
  ["start a first turn", () => firstStatement(userId, randomUUID(), input())],
  ["find a turn", () => turnStatement(userId, turnId)],
  ["the last turn", () => lastTurnStatement(userId, conversationId)],
  ["running turns", () => runningStatement(userId)],
  ["messages of a turn", () => turnMessagesStatement(userId, turnId)],
  ["lock a turn's conversation", () => lockTurnStatement(userId, turnId)],
  ["store a turn", () => storeStatement(turnOf(), stored, [{ content: "x", toolCalls: [] }])],
  ["discard a turn", () => discardStatement(turnOf(), failed, [])],
  ["forget chunks", () => forgetChunksStatement(userId, turnId)],
];

describe("R-PERF-1, R-PERF-2, R-PERF-3: plans under row-level security", () => {
  it.each(hotPath)("%s: by index, without sorting a whole table", async (_, statement) => {
    const nodes = await planOf(statement());
    expect(nodes.length).toBeGreaterThan(0);
    const scans = nodes.filter((node) => node["Node Type"] === "Seq Scan").map((node) => node["Relation Name"]);
    expect(scans).toEqual([]);
    // What is read and thrown away grows with the conversation, whatever index it came from.
    const wasted = nodes.map((node) => node["Rows Removed by Filter"] ?? 0);
    expect(Math.max(...wasted)).toBeLessThan(20);
  });

  it.each([
    "find a conversation",
    "first page of the list",
    "a later page of the list",
    "the whole history",
    "newest messages",
    "newer messages",
  ])("%s: comes from its index in order", async (name) => {
    const statement = hotPath.find(([title]) => title === name)?.[1];
    const nodes = statement ? await planOf(statement()) : [];
    expect(nodes.map((node) => node["Node Type"]).filter((type) => type.includes("Sort"))).toEqual([]);
  });

  it.each([
    ["a rare word among many messages", () => userId, "rareword", 5],
    ["a word that is everywhere, among few", () => otherUserId, "words:*", 20],
  ])("R-PERF-1: search finds %s by its index", async (_, caller, word, found) => {
    await app.query("BEGIN");
    await app.query("SELECT set_config('app.user_id', $1, true)", [caller()]);
    await db.sql("SELECT gin_clean_pending_list('messages_search')");
    const before = await indexScans();
    const { rows } = await app.query("SELECT id FROM search_messages($1, ARRAY[$1], 20)", [word]);
    await app.query("COMMIT");
    expect(rows).toHaveLength(found);
    await expect.poll(indexScans, { timeout: 5_000 }).toBeGreaterThan(before);
  });

  async function indexScans(): Promise<number> {
    await app.query("SELECT pg_stat_force_next_flush()");
    const [row] = await db.sql<{ scans: number }>(
      "SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname = 'messages_search'",
    );
    return row?.scans ?? 0;
  }
});
