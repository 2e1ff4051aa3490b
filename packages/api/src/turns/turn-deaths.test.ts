import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { openDatabase } from "@holdfast/db";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendOf, startTestEngine, until } from "../testing/test-engine.ts";

const turnsInAll = 1_000;
const turnsAtOnce = 100;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

describe("many turns, and processes that die", () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  async function startProcess() {
    const own = await openDatabase({ ...db.options, poolSize: 5 });
    const script = (asked: string) => [{ say: asked, everyMs: 3 }, ...(asked.endsWith("!") ? [{ error: "boom" }] : [])];
    const engine = await startTestEngine(own, {
      assistant: createScriptedAssistant({ script }),
      timing: { sweepMs: 100, retryMs: 20 },
    });
    return {
      engine,
      async die() {
        engine.close();
        await own.close();
      },
    };
  }

  it("R-TURN-5: after 1,000 turns with random deaths nothing runs, no chunk is left, nothing is half stored, and memory is back at its level", async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => createTestUser(db)));
    const survivor = await startProcess();
    const mortals = [await startProcess(), await startProcess()];
    const anyOf = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)] as T; // none is empty

    async function oneTurn(index: number): Promise<void> {
      const userId = anyOf(users).id;
      const { engine } = anyOf([survivor, ...mortals]);
      const text = `nonce${index} `.repeat(5).trim() + (index % 7 === 0 ? "!" : "");
      const { turn } = await engine.start(sendOf(userId, text));
      if (index % 11 === 0) await survivor.engine.stop(userId, turn.id);
      if (index % 13 === 0) await db.forUser(userId).removeConversation(turn.conversationId);
    }

    let levelMiB = 0;
    for (let begun = 0; begun < turnsInAll; begun += turnsAtOnce) {
      const sends = Array.from({ length: turnsAtOnce }, (_, index) => oneTurn(begun + index));
      const dying = Math.floor(Math.random() * mortals.length);
      await Promise.all(sends.slice(0, turnsAtOnce / 2));
      // Those that are being sent to it fail, as they would for a browser.
      const [results] = await Promise.all([Promise.allSettled(sends), mortals[dying]?.die()]);
      expect(results.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
      mortals[dying] = await startProcess();
      if (begun === 2 * turnsAtOnce) levelMiB = heapMiB();
    }

    await until(
      async () => (await db.sql("SELECT FROM turns WHERE status = 'running'")).length === 0,
      "all ends",
      20_000,
    );
    expect(await db.sql("SELECT FROM turn_chunks")).toEqual([]);
    expect(survivor.engine.stats().running).toBe(0);
    const halves = `SELECT t.id FROM turns t LEFT JOIN messages m ON m.user_id = t.user_id
        AND m.conversation_id = t.conversation_id AND m.position BETWEEN t.first_position AND t.last_position
      GROUP BY t.user_id, t.id, t.status
      HAVING count(m.id) <> CASE t.status WHEN 'completed' THEN 2 WHEN 'stopped' THEN count(m.id) ELSE 0 END`;
    expect(await db.sql(halves)).toEqual([]);
    const crossed = `SELECT FROM turns t JOIN messages m ON m.user_id = t.user_id AND m.conversation_id = t.conversation_id
      WHERE m.role = 'assistant' AND NOT starts_with(t.prompt, m.content)`;
    expect(await db.sql(crossed)).toEqual([]);
    // What the first turns needed the later ones need again, and not beside it.
    expect(heapMiB() - levelMiB).toBeLessThan(10);
    for (const process of [survivor, ...mortals]) await process.die();
  }, 120_000);
});

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
