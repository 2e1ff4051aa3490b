import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NotFoundError } from "./errors.ts";
import { createTestUser } from "./testing.ts";
import { completed, failure, text, turnScene } from "./turn-scene.ts";
import type { TurnEnd } from "./types.ts";

const scene = turnScene();

describe("reading and stopping", () => {
  it("R-TURN-3: a running turn shows all that it has said, in order", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    const { id: _, conversationId } = turn;
    await scene.say(turn.id, conversationId, 1, [text("Let me "), text("see.")]);
    await scene.say(turn.id, conversationId, 2, [
      { type: "tool-call", step: 0, id: "c1", name: "list_tasks", arguments: {} },
    ]);
    expect((await scene.ada.findTurn(turn.id)).steps).toEqual([
      {
        content: "Let me see.",
        toolCalls: [{ id: "c1", name: "list_tasks", arguments: {}, result: null, status: "running" }],
      },
    ]);
    await scene.say(turn.id, conversationId, 3, [
      { type: "tool-result", step: 0, id: "c1", result: [], status: "completed" },
      text("Done", 1),
    ]);
    await scene.say(turn.id, conversationId, 3, [text("sent twice", 1)]);
    const open = await scene.ada.openTurn(conversationId);
    expect(open).toMatchObject({
      seq: 3,
      steps: [{ toolCalls: [{ status: "completed", result: [] }] }, { content: "Done" }],
    });
    expect(await scene.ada.runningTurns()).toEqual([open]);
  });

  it("R-TURN-4: a stop is asked of a running turn only", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    expect(await scene.ada.requestStop(turn.id)).toBe(true);
    await scene.end(turn.id, { status: "stopped", steps: [], usage: null, cut: false });
    expect(await scene.ada.requestStop(turn.id)).toBe(false);
    await expect(scene.ada.requestStop(randomUUID())).rejects.toThrow(NotFoundError);
  });

  it("R-SEC-1: another person finds neither turn nor messages of it", async () => {
    const { turn } = await scene.ada.startTurn(scene.send());
    const bob = scene.db.forUser((await createTestUser(scene.db)).id);
    for (const act of [bob.findTurn, bob.turnMessages, bob.requestStop]) {
      await expect(act(turn.id)).rejects.toThrow(NotFoundError);
    }
    expect(await bob.runningTurns()).toEqual([]);
  });

  it("R-TURN-2: a page has the turns of its messages, and those that stored nothing among them, in order", async () => {
    const { id: conversationId } = await scene.ada.createConversation();
    const placed: [string, number][] = [];
    for (let index = 0; index < 6; index++) {
      const { turn } = await scene.ada.startTurn(scene.send({ conversationId }));
      const stores = index % 3 !== 1;
      const end: TurnEnd = stores
        ? completed("answer", "and more")
        : { status: "failed", failure, steps: [], usage: null };
      await scene.end(turn.id, end);
      placed.push([turn.id, turn.firstPosition]);
    }
    const page = await scene.ada.pageOfMessages(conversationId, { limit: 50 });
    expect(page.turns.map((turn) => [turn.id, turn.firstPosition])).toEqual(placed);
    // 1–3 completed, 4 failed, 4–6 completed, 7–9 completed, 10 failed, 10–12 completed
    const newest = await scene.ada.pageOfMessages(conversationId, { limit: 4 });
    expect(newest.messages.map((message) => message.position)).toEqual([9, 10, 11, 12]);
    expect(newest.turns.map((turn) => turn.firstPosition)).toEqual([7, 10, 10]);
    const older = await scene.ada.pageOfMessages(conversationId, { limit: 4, cursor: newest.olderCursor ?? "" });
    expect(older.messages.map((message) => message.position)).toEqual([5, 6, 7, 8]);
    expect(older.turns.map((turn) => turn.firstPosition)).toEqual([4, 7]);
  });
});
