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

  beforeAll(async () => {
    db = await openTestDatabase();
    here = await startTestEngine(db, { assistant: createScriptedAssistant({ script: () => "An answer from here." }) });
  });
  afterAll(async () => {
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
    const child = fork(fileURLToPath(new URL("../testing/engine-process.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, TEST_DATABASE: JSON.stringify(db.options) },
    });
    children.push(child);
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
});
