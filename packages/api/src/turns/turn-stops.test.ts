import { createScriptedAssistant, type Line } from "@holdfast/assistant/testing";
import { describe, expect, it } from "vitest";
import { engineScene, recordingTools } from "../testing/engine-scene.ts";
import { sendOf, until } from "../testing/test-engine.ts";

const scene = engineScene();
const { engineOf, messages } = scene;

describe("a turn that is stopped", () => {
  it("R-TURN-4: Stop stores what was said, with the question", async () => {
    const engine = await engineOf(() => [{ say: "Once upon a time " }, { hang: true }]);
    const { turn } = await engine.start(sendOf(scene.userId, "A story"));
    await until(() => engine.local(scene.userId, turn.id)?.seq, "the first words");
    expect(await engine.stop(scene.userId, turn.id)).toBe(true);
    expect(await scene.db.forUser(scene.userId).findTurn(turn.id)).toMatchObject({ status: "stopped", failure: null });
    expect((await messages()).map((message) => message.content)).toEqual(["A story", "Once upon a time "]);
    expect(await engine.stop(scene.userId, turn.id)).toBe(false);
  });

  it("R-TURN-4: Stop with nothing visible said stores the question alone", async () => {
    const engine = await engineOf(() => [{ say: "  \n" }, { hang: true }]);
    const { turn } = await engine.start(sendOf(scene.userId, "A story"));
    await engine.stop(scene.userId, turn.id);
    expect((await messages()).map((message) => message.content)).toEqual(["A story"]);
  });

  it("R-TURN-4: Stop reaches a turn that is being started", async () => {
    const engine = await engineOf(() => [{ hang: true }]);
    const send = sendOf(scene.userId, "A story");
    const starting = engine.start(send);
    await until(async () => engine.stop(scene.userId, send.turnId).catch(() => false), "the stop");
    await starting;
    expect(await scene.db.forUser(scene.userId).findTurn(send.turnId)).toMatchObject({ status: "stopped" });
  });

  it("R-TURN-4: what tools did before Stop is stored", async () => {
    const engine = await engineOf(
      (_, step) => (step === 0 ? [{ call: "add_task", with: { title: "x" } }] : [{ hang: true }]),
      {
        openTools: () => recordingTools([]),
      },
    );
    const { turn } = await engine.start(sendOf(scene.userId, "Add x"));
    await until(
      () => engine.local(scene.userId, turn.id)?.steps[0]?.toolCalls[0]?.status === "completed",
      "the tool's answer",
    );
    await engine.stop(scene.userId, turn.id);
    const stored = await scene.db.forUser(scene.userId).turnMessages(turn.id);
    expect(stored[1]?.toolCalls).toMatchObject([{ name: "add_task", status: "completed", result: "done" }]);
  });

  it("R-TURN-4: a tool that had not answered at Stop is kept as one that may have done its work", async () => {
    const openTools = () => ({ ...recordingTools([]), call: () => new Promise<never>(() => undefined) });
    const engine = await engineOf(() => [{ call: "add_task", with: { title: "x" } }], { openTools });
    const { turn } = await engine.start(sendOf(scene.userId, "Add x"));
    await until(() => engine.local(scene.userId, turn.id)?.steps[0]?.toolCalls.length, "the call");
    await engine.stop(scene.userId, turn.id);
    const [, stored] = await scene.db.forUser(scene.userId).turnMessages(turn.id);
    expect(stored?.toolCalls).toMatchObject([{ name: "add_task", status: "failed", result: expect.any(String) }]);
  });

  it("R-CONV-2: a first answer that was stopped names its conversation, too; one that was not begun does not", async () => {
    const script = (asked: string) => [
      ...(asked === "A story" ? [{ say: "Once upon a time" }] : []),
      { hang: true as const },
    ];
    const engine = await engineOf(script, { title: "A model's title" });
    const silent = await engine.start(sendOf(scene.userId, "Silence"));
    await engine.stop(scene.userId, silent.turn.id);
    const { turn } = await engine.start(sendOf(scene.userId, "A story"));
    await until(() => engine.local(scene.userId, turn.id)?.seq, "the first words");
    await engine.stop(scene.userId, turn.id);
    const titleOf = async (id: string) => (await scene.db.forUser(scene.userId).findConversation(id)).title;
    await until(async () => (await titleOf(turn.conversationId)) === "A model's title", "the title");
    expect(await titleOf(silent.turn.conversationId)).toBe("Silence");
  });

  it("R-TURN-4: a turn that ends early keeps what the provider has counted, and a guess at the rest", async () => {
    const rounds: Line[][] = [
      [{ call: "add_task" }, { usage: { input: 100, output: 20 } }],
      [{ say: "Once upon a time " }, { hang: true }],
    ];
    const engine = await engineOf((_, step) => rounds[step] ?? [], { openTools: () => recordingTools([]) });
    const begin = async () => {
      const { turn } = await engine.start(sendOf(scene.userId, "A story"));
      await until(() => engine.local(scene.userId, turn.id)?.steps[1]?.content, "the first words");
      return turn.id;
    };
    const [stopped, interrupted] = [await begin(), await begin()];
    await engine.stop(scene.userId, stopped);
    await engine.drain(0);
    for (const turnId of [stopped, interrupted]) {
      const { usage } = await scene.db.forUser(scene.userId).findTurn(turnId);
      expect(usage).toMatchObject({ cost: null, estimated: true });
      expect(usage?.inputTokens).toBeGreaterThan(200);
      expect(usage?.outputTokens).toBe(20 + 5);
    }
  });

  it("R-TURN-4: an assistant that does not notice a Stop is not waited for", async () => {
    const deaf = createScriptedAssistant({ script: () => [] });
    deaf.runTurn = async function* () {
      yield { type: "text", step: 0, delta: "I hear nothing" };
      return new Promise(() => undefined);
    };
    const engine = await scene.engineWith(deaf);
    const { turn } = await engine.start(sendOf(scene.userId, "Hello"));
    await until(() => engine.local(scene.userId, turn.id)?.seq, "the first words");
    expect(await engine.stop(scene.userId, turn.id)).toBe(true);
    expect((await messages()).map((message) => message.content)).toEqual(["Hello", "I hear nothing"]);
  });
});
