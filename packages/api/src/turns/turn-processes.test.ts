import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendOf, startTestEngine, type TestEngine, until, watchToEnd } from "../testing/test-engine.ts";
import type { TurnInput } from "./turns.ts";

describe("a turn that runs in another process", () => {
  let db: TestDatabase;
  let here: TestEngine;
  let userId: string;
  const children: ChildProcess[] = [];
  /** The next one: it takes seconds to begin, which a test need not wait for. */
  let spare: Promise<ChildProcess>;

  beforeAll(async () => {
    db = await openTestDatabase();
    spare = startSpare();
    here = await startTestEngine(db, { assistant: createScriptedAssistant({ script: () => "An answer from here." }) });
  });
  afterAll(async () => {
    (await spare).kill("SIGKILL");
    here.close();
    await db.close();
  });
  beforeEach(async () => {
    userId = (await createTestUser(db)).id;
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function startChild(): Promise<ChildProcess> {
    const child = await spare;
    children.push(child);
    spare = startSpare();
    return child;
  }

  async function startSpare(): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL("../testing/engine-process.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, TEST_DATABASE: JSON.stringify(db.options) },
    });
    await once(child, "message");
    return child;
  }

  async function startThere(child: ChildProcess, send: TurnInput): Promise<void> {
    child.send(send);
    await once(child, "message");
    const user = db.forUser(userId);
    await until(async () => (await user.findTurn(send.turnId)).seq > 2, "words from there");
  }

  const contents = async () =>
    (
      await db.sql<{ content: string }>("SELECT content FROM messages WHERE user_id = $1 ORDER BY position", [userId])
    ).map((row) => row.content);

  it("R-TURN-8: is watched and stopped from here", async () => {
    const child = await startChild();
    const send = sendOf(userId, "Hello");
    await startThere(child, send);
    const watching = watchToEnd(here, userId, send.turnId);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await here.stop(userId, send.turnId)).toBe(true);
    const ended = await watching;
    expect(ended).toMatchObject({ status: "stopped", failure: null });
    expect(await contents()).toEqual(["Hello", ended.steps[0]?.content]);
  });

  it("R-TURN-5: is interrupted when that process is killed, what it said is kept, and one retry answers it", async () => {
    const child = await startChild();
    const send = sendOf(userId, "Hello");
    await startThere(child, send);
    const watching = watchToEnd(here, userId, send.turnId);
    child.kill("SIGKILL");
    const killedAt = Date.now();
    const ended = await watching;
    expect(Date.now() - killedAt).toBeLessThan(5_000);
    expect(ended).toMatchObject({ status: "interrupted", failure: { code: "interrupted" }, prompt: "Hello" });
    expect(ended.steps[0]?.content).toMatch(/^word0 word1 /);
    expect(await contents()).toEqual([]);
    expect(await db.sql("SELECT FROM turn_chunks WHERE user_id = $1", [userId])).toEqual([]);
    await here.startAndWait(send);
    expect(await contents()).toEqual(["Hello", "An answer from here."]);
  });

  it("R-TURN-5: a process that is paused past its lease stores nothing when it wakes", async () => {
    const child = await startChild();
    const send = sendOf(userId, "Hello");
    await startThere(child, send);
    child.kill("SIGSTOP");
    const user = db.forUser(userId);
    await until(async () => (await user.findTurn(send.turnId)).status === "interrupted", "the sweep", 20_000);
    await here.startAndWait(send);
    child.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await contents()).toEqual(["Hello", "An answer from here."]);
    expect((await user.findTurn(send.turnId)).status).toBe("completed");
    expect(await db.sql("SELECT FROM turn_chunks WHERE user_id = $1", [userId])).toEqual([]);
  }, 40_000);

  const heldLock = 4_242_001;
  const moments = [
    { moment: "while it begins", prompt: "Briefly, held at its beginning", isReached: () => isHeld() },
    { moment: "before its first word", prompt: "Silently", isReached: (id: string) => hasBegun(id) },
    { moment: "after n chunks", prompt: "At length", isReached: (id: string) => hasSaid(id, 3) },
    { moment: "inside its last transaction", prompt: "Briefly, held at its end", isReached: () => isHeld() },
    { moment: "after its end", prompt: "Briefly", isReached: (id: string) => hasEnded(id) },
  ];

  it.each(moments)(
    "R-TURN-5: killed $moment, a turn is whole or not there, and sent again it is answered once",
    async ({ prompt, isReached }) => {
      await holdTurns();
      const child = await startChild();
      const send = sendOf(userId, prompt);
      child.send(send);
      await until(() => isReached(send.turnId), "the moment to kill", 10_000);
      child.kill("SIGKILL");
      // In this order: what is held still is not seen to run yet.
      await until(async () => !(await isHeld()) && !(await runs()), "the end of the turn", 10_000);
      const left = await contents();
      expect([[], [prompt, "An answer from there."]]).toContainEqual(left);
      await here.startAndWait(send);
      expect(await contents()).toEqual(left.length > 0 ? left : [prompt, "An answer from here."]);
      const positions = await db.sql("SELECT position FROM messages WHERE user_id = $1 ORDER BY position", [userId]);
      expect(positions).toEqual([{ position: 1 }, { position: 2 }]);
      expect(await db.sql("SELECT FROM turn_chunks WHERE user_id = $1", [userId])).toEqual([]);
      expect(await runs()).toBe(false);
    },
    40_000,
  );

  /** Makes the database take a second over a turn's beginning or end, so that a process can be killed inside. */
  async function holdTurns(): Promise<void> {
    await db.sql(
      `CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(${heldLock}), pg_sleep(1); RETURN NEW; END $$;
       CREATE OR REPLACE TRIGGER hold_beginning BEFORE INSERT ON turns FOR EACH ROW
         WHEN (NEW.prompt LIKE '%held at its beginning') EXECUTE FUNCTION hold();
       CREATE OR REPLACE TRIGGER hold_end BEFORE INSERT ON messages FOR EACH ROW
         WHEN (NEW.content LIKE '%held at its end') EXECUTE FUNCTION hold()`,
    );
  }

  const isHeld = async () =>
    (await db.sql("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1", [heldLock])).length > 0;
  const runs = async () =>
    (await db.sql("SELECT FROM turns WHERE user_id = $1 AND status = 'running'", [userId])).length > 0;
  const hasBegun = async (turnId: string) => (await db.sql("SELECT FROM turns WHERE id = $1", [turnId])).length > 0;
  const hasEnded = async (turnId: string) =>
    (await db.sql("SELECT FROM turns WHERE id = $1 AND status = 'completed'", [turnId])).length > 0;
  const hasSaid = async (turnId: string, chunks: number) =>
    (await db.sql("SELECT FROM turn_chunks WHERE turn_id = $1 AND seq >= $2", [turnId, chunks])).length > 0;
});
