import { turnMessageId } from "@holdfast/contract";
import { describe, expect, it } from "vitest";
import { TurnConflictError, TurnRunningError } from "./errors.ts";
import { answer, call, completed, failure, text, turnScene } from "./turn-scene.ts";
import type { StoredStep } from "./types.ts";

const scene = turnScene();

describe("starting", () => {
  it("R-TURN-6: a first send makes the conversation, titled as given", async () => {
    const input = scene.send();
    const { started, conversationCreated, turn, earlierCalls } = await scene.ada.startTurn(input);
    expect({ started, conversationCreated, earlierCalls }).toEqual({
      started: true,
      conversationCreated: true,
      earlierCalls: [],
    });
    expect(turn).toMatchObject({
      id: input.turnId,
      status: "running",
      prompt: input.prompt,
      firstPosition: 1,
      lastPosition: null,
      seq: 0,
      steps: [],
      promptMessageId: turnMessageId(input.turnId, 0),
      answerMessageId: turnMessageId(input.turnId, 1),
    });
    expect(await scene.ada.findConversation(turn.conversationId)).toMatchObject({
      title: "What is up?",
      running: true,
    });
  });

  it("R-TURN-6: the same first send many times at once makes one conversation and one turn", async () => {
    const input = scene.send();
    const all = await Promise.all(Array.from({ length: 12 }, () => scene.ada.startTurn(input)));
    expect(all.filter((one) => one.started)).toHaveLength(1);
    expect(all.filter((one) => one.conversationCreated)).toHaveLength(1);
    expect(new Set(all.map((one) => one.turn.conversationId)).size).toBe(1);
    expect([await scene.rowsOf("conversations"), await scene.rowsOf("turns")]).toEqual([1, 1]);
  });

  it("R-TURN-6: repeating a first send with the conversation that it made is the same turn", async () => {
    const input = scene.send();
    const { turn } = await scene.ada.startTurn(input);
    const again = await scene.ada.startTurn({ ...input, conversationId: turn.conversationId });
    expect(again).toMatchObject({ started: false, turn: { id: turn.id } });
  });

  it("R-TURN-6: the same turn again, running, completed or stopped, is answered as it stands", async () => {
    const { id: conversationId } = await scene.ada.createConversation();
    const input = scene.send({ conversationId });
    await scene.ada.startTurn(input);
    await scene.say(input.turnId, conversationId, 1, [text("Not ")]);
    expect((await scene.ada.startTurn(input)).turn).toMatchObject({
      status: "running",
      steps: [{ content: "Not " }],
      seq: 1,
    });
    await scene.end(input.turnId, completed("Not much."));
    const again = await scene.ada.startTurn(input);
    expect(again).toMatchObject({ started: false, turn: { status: "completed", steps: [{ content: "Not much." }] } });
    expect(await scene.rowsOf("messages")).toBe(2);
  });

  it("R-TURN-6: the same id with another text or conversation is a conflict", async () => {
    const input = scene.send({ conversationId: (await scene.ada.createConversation()).id });
    const other = await scene.ada.createConversation();
    await scene.ada.startTurn(input);
    await expect(scene.ada.startTurn({ ...input, prompt: "Else" })).rejects.toThrow(TurnConflictError);
    await expect(scene.ada.startTurn({ ...input, conversationId: other.id })).rejects.toThrow(TurnConflictError);
    await expect(scene.ada.startTurn({ ...input, conversationId: undefined })).rejects.toThrow(TurnConflictError);
  });

  it("R-TURN-7: of many turns at once in one conversation, one runs; in many conversations, all", async () => {
    const { id: conversationId } = await scene.ada.createConversation();
    const one = await Promise.allSettled(
      Array.from({ length: 10 }, () => scene.ada.startTurn(scene.send({ conversationId }))),
    );
    expect(one.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of one) if (result.status === "rejected") expect(result.reason).toBeInstanceOf(TurnRunningError);
    const many = await Promise.all(Array.from({ length: 10 }, () => scene.ada.startTurn(scene.send())));
    expect(many.every((result) => result.started)).toBe(true);
    expect(await scene.ada.runningTurns()).toHaveLength(11);
  });

  it("R-CONV-4: a turn moves its conversation to the top as soon as it starts", async () => {
    const { id } = await scene.ada.createConversation();
    await scene.ada.createConversation();
    await scene.ada.startTurn(scene.send({ conversationId: id }));
    expect((await scene.ada.listConversations({ limit: 1 })).conversations).toMatchObject([{ id, running: true }]);
  });
});

describe("trying again", () => {
  async function failedTurn(steps: StoredStep[], input = scene.send()) {
    const { turn } = await scene.ada.startTurn(input);
    await scene.end(turn.id, { status: "failed", failure, steps, usage: null });
    return { ...input, turn };
  }

  it("R-TURN-6: the same id after a failure runs again", async () => {
    const { turn, ...input } = await failedTurn([answer("half")]);
    const again = await scene.ada.startTurn({ ...input, model: "openai/other" });
    expect(again).toMatchObject({ started: true, conversationCreated: false });
    expect(again.turn).toMatchObject({ status: "running", failure: null, steps: [], seq: 0, model: "openai/other" });
    expect(again.turn.conversationId).toBe(turn.conversationId);
    await scene.say(turn.id, turn.conversationId, 1, [text("whole")]);
    await scene.end(turn.id, completed("whole"));
    expect(await scene.ada.turnMessages(turn.id)).toHaveLength(2);
  });

  it("R-TURN-9: what tools did in the attempts before is given once each, however often it failed", async () => {
    const second = { ...call, id: "c2", status: "failed" as const };
    const { turn, ...input } = await failedTurn([{ content: "", toolCalls: [call] }]);
    expect((await scene.ada.startTurn(input)).earlierCalls).toEqual([call]);
    const end = {
      status: "failed" as const,
      failure,
      usage: null,
      steps: [{ content: "", toolCalls: [call, second] }],
    };
    await scene.end(turn.id, end);
    expect((await scene.ada.startTurn(input)).earlierCalls).toEqual([call, second]);
  });

  it("R-TURN-6: many retries at once run it once", async () => {
    const { turn: _, ...input } = await failedTurn([]);
    const all = await Promise.all(Array.from({ length: 10 }, () => scene.ada.startTurn(input)));
    expect(all.filter((one) => one.started)).toHaveLength(1);
  });

  it("R-TURN-7: a failed turn does not run again beside another", async () => {
    const { turn, ...input } = await failedTurn([]);
    await scene.ada.startTurn(scene.send({ conversationId: turn.conversationId }));
    await expect(scene.ada.startTurn(input)).rejects.toThrow(TurnRunningError);
    expect(await scene.ada.findTurn(turn.id)).toMatchObject({ status: "failed" });
  });

  it("R-TURN-2: a turn that runs again takes its place at the end", async () => {
    const { turn, ...input } = await failedTurn([]);
    const other = await scene.ada.startTurn(scene.send({ conversationId: turn.conversationId }));
    await scene.end(other.turn.id, completed("other"));
    expect(await scene.ada.openTurn(turn.conversationId)).toBeNull();
    expect((await scene.ada.startTurn(input)).turn.firstPosition).toBe(3);
  });
});
