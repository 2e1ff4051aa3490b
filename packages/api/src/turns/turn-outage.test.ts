import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { type Database, type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from "@holdfast/db";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendOf, startTestEngine, type TestEngine, until, watchToEnd } from "../testing/test-engine.ts";

describe("an outage of the database", () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let db: Database;
  let engine: TestEngine;
  const userId = crypto.randomUUID();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "holdfast-outage-"));
    postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, forTests: true });
    db = await openDatabase({ ownerUrl: postgres.url, secret: "the secret of this test, long enough" });
    const words = Array.from({ length: 100 }, (_, index) => `word${index} `).join("");
    const script = (asked: string) => (asked === "slow" ? [{ say: words, everyMs: 20 }] : "Quick.");
    engine = await startTestEngine(db, { assistant: createScriptedAssistant({ script }) });
    await sql("INSERT INTO users (id, email, name) VALUES ($1, 'a@example.com', 'Ada')", [userId]);
  });
  afterAll(async () => {
    engine.close();
    await db.close();
    await postgres.stop();
    for (const folder of [dataDir, postgres.folder]) await rm(folder, { recursive: true, force: true });
  });

  async function sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Whoever uses the embedded server starts it again. */
  async function kill(): Promise<void> {
    const [pid] = (await readFile(join(postgres.folder, "data", "postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGQUIT");
  }

  it("R-OPS-3: in mid-answer ends the turn as stored or as interrupted, and all works again afterwards", async () => {
    const { turn } = await engine.start(sendOf(userId, "slow"));
    const watching = watchToEnd(engine, userId, turn.id);
    await until(() => (engine.local(userId, turn.id)?.seq ?? 0) > 10, "some words");
    await kill();
    await expect(engine.start(sendOf(userId, "now"))).rejects.toMatchObject({ name: "UnavailableError" });
    const ended = await watching.catch(() => null);
    await until(() => db.isReady(), "the database", 20_000);
    const status = await until(async () => {
      const { status: now } = await db.forUser(userId).findTurn(turn.id);
      return now === "running" ? null : now;
    }, "the end of the turn");
    expect(ended?.status ?? status).toBe(status);
    expect(["completed", "interrupted"]).toContain(status);
    const stored = await sql("SELECT content FROM messages WHERE user_id = $1 ORDER BY position", [userId]);
    expect(stored).toHaveLength(status === "completed" ? 2 : 0);
    if (status === "completed") expect(String(stored[1]?.content)).toMatch(/^word0 .* word99 $/s);
    expect(await sql("SELECT FROM turn_chunks")).toEqual([]);

    const next = await engine.startAndWait(sendOf(userId, "quick"));
    expect(next.turn.status).toBe("completed");
    expect(await sql("SELECT FROM turns WHERE status = 'running'")).toEqual([]);
  }, 60_000);
});
