import { randomUUID } from "node:crypto";
import { turnMessageId } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { answer, call, completed, failure, text, turnScene } from "./turn-scene.ts";

const scene = turnScene();

describe("ending", () => {
  it("R-TURN-1: all messages of a turn are stored together, under the ids they were shown with", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    await scene.say(turn.id, turn.conversationId, 1, [text("Adding")]);
    const steps = [{ content: "Adding…", toolCalls: [call] }, answer("Done.")];
    const usage = { inputTokens: 10, outputTokens: 5, cost: 0.001 };
    const end = { status: "completed" as const, steps, usage, cut: true };
    expect(await scene.end(turn.id, end)).toBe(true);
    const messages = await scene.ada.getChatHistory(turn.conversationId);
    expect(messages.map(({ id, role, content, toolCalls }) => ({ id, role, content, toolCalls }))).toEqual([
      { id: turn.promptMessageId, role: "user", content: turn.prompt, toolCalls: null },
      { id: turn.answerMessageId, role: "assistant", content: "Adding…", toolCalls: [call] },
      { id: turnMessageId(turn.id, 2), role: "assistant", content: "Done.", toolCalls: null },
    ]);
    expect(await scene.ada.turnMessages(turn.id)).toEqual(messages);
    expect(await scene.ada.findTurn(turn.id)).toMatchObject({
      status: "completed",
      firstPosition: 1,
      lastPosition: 3,
      usage,
      cut: true,
    });
    expect(await scene.ada.findConversation(turn.conversationId)).toMatchObject({ messageCount: 3, running: false });
    expect(await scene.rowsOf("turn_chunks")).toBe(0);
  });

  it("R-TURN-4: a turn stopped before anything was said stores the question alone", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    const end = { status: "stopped" as const, steps: [answer(" \n")], usage: null, cut: false };
    await scene.end(turn.id, end);
    expect(await scene.ada.getChatHistory(turn.conversationId)).toMatchObject([{ role: "user", content: turn.prompt }]);
    expect(await scene.ada.openTurn(turn.conversationId)).toBeNull();
  });

  it("R-TURN-2: a failed turn stores no message; it shows what was said, and its place", async () => {
    const { id: conversationId } = await scene.ada.createConversation();
    await scene.ada.addMessage(conversationId, "user", "before");
    const { turn } = await scene.ada.startTurn(scene.send({ conversationId }));
    await scene.say(turn.id, conversationId, 1, [text("I was")]);
    const end = { status: "failed" as const, failure, steps: [{ content: "I was", toolCalls: [call] }], usage: null };
    expect(await scene.end(turn.id, end)).toBe(true);
    expect(await scene.ada.getChatHistory(conversationId)).toHaveLength(1);
    const open = await scene.ada.openTurn(conversationId);
    expect(open).toMatchObject({ status: "failed", failure, firstPosition: 2, lastPosition: null });
    expect(open?.steps).toEqual([{ content: "I was", toolCalls: [call] }]);
    expect(await scene.rowsOf("turn_chunks")).toBe(0);
    const page = await scene.ada.pageOfMessages(conversationId, { limit: 10 });
    expect(page.turns).toMatchObject([{ id: turn.id, status: "failed", firstPosition: 2 }]);
  });

  it("R-TURN-5: another runner cannot end a turn, and nothing of it is changed", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    await scene.say(turn.id, turn.conversationId, 1, [text("x")]);
    const stranger = { userId: scene.userId, turnId: turn.id, runner: scene.runner + 1 };
    expect(await scene.db.runners.finishTurn(stranger, completed("stolen"))).toBe(false);
    expect(await scene.db.runners.finishTurn(stranger, { status: "failed", failure, steps: [], usage: null })).toBe(
      false,
    );
    expect(await scene.ada.findTurn(turn.id)).toMatchObject({ status: "running", steps: [{ content: "x" }] });
    expect(await scene.rowsOf("messages")).toBe(0);
    expect(await scene.db.runners.finishTurn({ ...stranger, runner: scene.runner }, completed("mine"))).toBe(true);
    expect(await scene.db.runners.finishTurn({ ...stranger, runner: scene.runner }, completed("twice"))).toBe(false);
    expect(await scene.rowsOf("messages")).toBe(2);
  });

  it("R-TURN-5: chunks of a turn that has ended, or runs elsewhere, are left out", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    const chunk = { userId: scene.userId, conversationId: turn.conversationId, turnId: turn.id, events: [text("x")] };
    await scene.db.runners.appendChunks(scene.runner + 1, [{ ...chunk, seq: 1 }]);
    await scene.db.runners.appendChunks(scene.runner, [{ ...chunk, turnId: randomUUID(), seq: 1 }]);
    expect(await scene.rowsOf("turn_chunks")).toBe(0);
    await scene.end(turn.id, completed("done"));
    await scene.db.runners.appendChunks(scene.runner, [{ ...chunk, seq: 2 }]);
    expect(await scene.rowsOf("turn_chunks")).toBe(0);
  });

  it("R-TURN-5: chunks that arrive while the turn ends leave none behind", async () => {
    for (let round = 0; round < 20; round++) {
      const { turn } = await scene.ada.startTurn(scene.send());
      const chunks = [1, 2, 3, 4, 5].map((seq) => scene.say(turn.id, turn.conversationId, seq, [text("x")]));
      await Promise.all([...chunks, scene.end(turn.id, completed("done"))]);
    }
    expect(await scene.rowsOf("turn_chunks")).toBe(0);
  });

  it("R-MSG-6: what a model says and the database cannot hold becomes U+FFFD", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    const garbled = { ...call, result: { "k\u0000": ["\ud83d", "a\u0000"] } };
    await scene.end(turn.id, {
      status: "completed",
      steps: [{ content: "a\u0000b\udc00", toolCalls: [garbled] }],
      usage: null,
      cut: false,
    });
    const [, stored] = await scene.ada.getChatHistory(turn.conversationId);
    expect(stored?.content).toBe("a\uFFFDb\uFFFD");
    expect(stored?.toolCalls?.[0]?.result).toEqual({ "k\uFFFD": ["\uFFFD", "a\uFFFD"] });
  });

  it("R-TURN-1: turns that end and messages that arrive at once leave positions without gaps", async () => {
    const { id: conversationId } = await scene.ada.createConversation();
    let turns = 0;
    let added = 0;
    const sends = Array.from({ length: 25 }, async () => {
      const input = scene.send({ conversationId });
      await scene.ada.startTurn(input);
      turns++;
      await scene.end(input.turnId, completed("one", "two"));
    });
    const adds = Array.from({ length: 25 }, async () => {
      await scene.ada.addMessage(conversationId, "system", "between");
      added++;
    });
    await Promise.allSettled([...sends, ...adds]);
    const rows = await scene.db.sql<{ position: number; content: string }>(
      "SELECT position, content FROM messages WHERE conversation_id = $1 ORDER BY position",
      [conversationId],
    );
    expect(rows).toHaveLength(turns * 3 + added);
    expect(rows.map((row) => row.position)).toEqual(rows.map((_, index) => index + 1));
    const spoken = rows.filter((row) => row.content !== "between").map((row) => row.content);
    expect(spoken).toEqual(Array.from({ length: turns }, () => ["What is up?", "one", "two"]).flat());
    for (const [index, row] of rows.entries()) {
      if (row.content === "one")
        expect([rows[index - 1]?.content, rows[index + 1]?.content]).toEqual(["What is up?", "two"]);
    }
  });
});
