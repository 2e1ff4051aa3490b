import type { Line } from "@holdfast/assistant/testing";
import { describe, expect, it } from "vitest";
import { engineScene, recordingTools, slowly } from "../testing/engine-scene.ts";
import { sendOf, until, watchToEnd } from "../testing/test-engine.ts";

const scene = engineScene();
const { engineOf, messages, count } = scene;

describe("the turn engine", () => {
  it("R-TURN-1: stores the question and the answer together, and leaves no chunk", async () => {
    const engine = await engineOf(() => "Good day.");
    const { turn, messages: stored } = await engine.startAndWait(sendOf(scene.userId, "Hello"));
    expect(turn).toMatchObject({ status: "completed", firstPosition: 1, lastPosition: 2, failure: null });
    expect(stored.map(({ id, role, content }) => ({ id, role, content }))).toEqual([
      { id: turn.promptMessageId, role: "user", content: "Hello" },
      { id: turn.answerMessageId, role: "assistant", content: "Good day." },
    ]);
    expect(await count("turn_chunks")).toBe(0);
  });

  it("answers before the assistant does", async () => {
    const engine = await engineOf(() => [{ hang: true }]);
    const { turn, conversation } = await engine.start(sendOf(scene.userId, "Hello there, how are you?"));
    expect(turn).toMatchObject({ status: "running", steps: [], conversationId: conversation.id });
    expect(conversation).toMatchObject({ title: "Hello there, how are you?", running: true });
    expect(await messages()).toEqual([]);
  });

  const kinds: [string, Line[]][] = [
    ["fails before the first word", [{ error: new Error("boom") }]],
    ["fails in mid-answer", [{ say: "So far " }, { error: new Error("boom") }]],
    ["disconnects", [{ say: "So far " }, { crash: new TypeError("terminated") }]],
    ["breaks off", [{ say: "So far " }, { breakOff: true }]],
    ["stays silent", [{ hang: true }]],
    ["answers with nothing", []],
    ["answers with white space", [{ say: " \n\u00a0" }]],
  ];
  it.each(kinds)(
    "R-TURN-2: a model that %s stores nothing, keeps the text, and can be tried again",
    async (_, lines) => {
      let works = false;
      const engine = await engineOf(() => (works ? "Now it works." : lines), { limits: { silenceMs: 100 } });
      const send = sendOf(scene.userId, "Hello");
      const failed = await engine.startAndWait(send);
      expect(failed.turn).toMatchObject({ status: "failed", prompt: "Hello", lastPosition: null });
      expect(failed.turn.failure?.message).toMatch(/^[A-Z].+\.$/);
      expect(failed.messages).toEqual([]);
      expect(await messages()).toEqual([]);
      expect(await scene.db.forUser(scene.userId).openTurn(failed.turn.conversationId)).toMatchObject({
        id: send.turnId,
      });

      works = true;
      const again = await engine.startAndWait(send);
      expect(again.turn).toMatchObject({ status: "completed", failure: null });
      expect((await messages()).map((message) => message.content)).toEqual(["Hello", "Now it works."]);
      expect(await count("turns")).toBe(1);
    },
  );

  it("R-TURN-2: a turn that takes longer than the limit fails", async () => {
    const engine = await engineOf(() => [{ hang: true }], { timing: { limitMs: 50 } });
    const { turn } = await engine.startAndWait(sendOf(scene.userId, "Hello"));
    expect(turn).toMatchObject({ status: "failed", failure: { code: "model_silent" } });
  });

  it("R-TURN-6: the same turn sent many times at once is stored once, and answers the same", async () => {
    const engine = await engineOf(() => [slowly(5)]);
    const send = sendOf(scene.userId, "Hello");
    const answers = await Promise.all(Array.from({ length: 10 }, () => engine.startAndWait(send)));
    expect(new Set(answers.map(({ turn }) => turn.conversationId)).size).toBe(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.messages))).size).toBe(1);
    expect(await messages()).toHaveLength(2);
    expect(await count("conversations")).toBe(1);
    const { conversationId } = answers[0]?.turn ?? {};
    const again = await engine.startAndWait({ ...send, conversationId });
    expect(again.messages).toEqual(answers[0]?.messages);
    expect(await messages()).toHaveLength(2);
  });

  it("R-TURN-6: the same id with another text or conversation is refused", async () => {
    const engine = await engineOf(() => "Yes.");
    const send = sendOf(scene.userId, "Hello");
    await engine.startAndWait(send);
    await expect(engine.start({ ...send, message: "Other" })).rejects.toMatchObject({ name: "TurnConflictError" });
    const other = await scene.db.forUser(scene.userId).createConversation();
    await expect(engine.start({ ...send, conversationId: other.id })).rejects.toMatchObject({
      name: "TurnConflictError",
    });
  });

  it("R-TURN-7: one turn at a time in a conversation, any number in many, and no word crosses", async () => {
    const engine = await engineOf((asked) => [{ say: `${asked} ${asked} ${asked} ${asked}`, everyMs: 5 }]);
    const first = await engine.start(sendOf(scene.userId, "nonce-0"));
    const conversationId = first.conversation.id;
    await expect(engine.start(sendOf(scene.userId, "another", { conversationId }))).rejects.toMatchObject({
      name: "TurnRunningError",
    });
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, i) => engine.startAndWait(sendOf(scene.userId, `nonce-${i + 1}`))),
    );
    for (const { turn } of sent) {
      expect(turn.steps[0]?.content).toBe(Array(4).fill(turn.prompt).join(" "));
    }
    await watchToEnd(engine, scene.userId, first.turn.id);
    expect(await messages()).toHaveLength(42);
  });

  it("R-TURN-9: what tools did in a failed turn is kept with it, and given to the model when it is tried again", async () => {
    const calls: string[] = [];
    const prompts: string[] = [];
    let attempt = 0;
    const engine = await engineOf(
      (_, step, prompt) => {
        prompts.push(JSON.stringify(prompt));
        if (attempt > 0) return "It is done already.";
        return step === 0 ? [{ call: "add_task", with: { title: "milk" } }] : [{ error: new Error("boom") }];
      },
      { openTools: () => recordingTools(calls) },
    );
    const send = sendOf(scene.userId, "Add milk");
    const failed = await engine.startAndWait(send);
    expect(failed.turn.status).toBe("failed");
    expect(failed.turn.steps[0]?.toolCalls).toMatchObject([{ name: "add_task", status: "completed" }]);

    attempt = 1;
    const { messages: stored } = await engine.startAndWait(send);
    expect(prompts.at(-1)).toContain("milk");
    expect(prompts.at(-1)).toContain("add_task");
    expect(calls).toEqual(["add_task"]);
    expect(stored.map(({ content, toolCalls }) => [content, toolCalls?.[0]?.name])).toEqual([
      ["Add milk", undefined],
      ["", "add_task"],
      ["It is done already.", undefined],
    ]);
  });

  it("refuses a model that does not exist before anything is stored, and remembers the one that was chosen", async () => {
    const engine = await engineOf(() => "Yes.", { models: ["other"] });
    await expect(engine.start(sendOf(scene.userId, "Hello", { model: "none" }))).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    expect(await count("conversations")).toBe(0);
    const { turn } = await engine.startAndWait(sendOf(scene.userId, "Hello", { model: "other" }));
    const { conversationId } = turn;
    const next = await engine.startAndWait(sendOf(scene.userId, "Again", { conversationId }));
    expect(next.turn.model).toBe("other");
  });

  it("names a conversation after its first exchange, unless its owner has", async () => {
    const engine = await engineOf(() => "Yes.", { title: "A model's title" });
    const first = await engine.startAndWait(sendOf(scene.userId, "Hello"));
    const titleOf = async (id: string) => (await scene.db.forUser(scene.userId).findConversation(id)).title;
    await until(async () => (await titleOf(first.turn.conversationId)) === "A model's title", "the title");

    const second = await engine.start(sendOf(scene.userId, "Hello"));
    await scene.db.forUser(scene.userId).renameConversation(second.conversation.id, "Mine", "person");
    await watchToEnd(engine, scene.userId, second.turn.id);
    // By the time that a later one has been named, this one would have been.
    const third = await engine.startAndWait(sendOf(scene.userId, "Hello"));
    await until(async () => (await titleOf(third.turn.conversationId)) === "A model's title", "the last title");
    expect(await titleOf(second.conversation.id)).toBe("Mine");
  });

  it("R-CONV-5: deleting a conversation that is being answered ends the answer, and nothing of it remains", async () => {
    const engine = await engineOf(() => [slowly(500)]);
    const { turn, conversation } = await engine.start(sendOf(scene.userId, "Hello"));
    const watching = watchToEnd(engine, scene.userId, turn.id);
    await until(async () => (await count("turn_chunks")) > 0, "chunks");
    await scene.db.forUser(scene.userId).removeConversation(conversation.id);
    await expect(watching).rejects.toThrow("the turn went away");
    await until(() => engine.stats().running === 0, "the end of the turn");
    for (const table of ["messages", "turns", "turn_chunks", "conversations"]) expect(await count(table)).toBe(0);
  });

  it("R-SEC-4: deleting a user ends their answers", async () => {
    const engine = await engineOf(() => [slowly(500)]);
    await engine.start(sendOf(scene.userId, "Hello"));
    await scene.db.deleteUser(scene.userId);
    await until(() => engine.stats().running === 0, "the end of the turn");
    expect(await count("turns")).toBe(0);
  });

  it("R-OPS-6: a drain lets answers finish that can, interrupts the others with what they said, and takes no more", async () => {
    const engine = await engineOf((asked) => (asked === "short" ? [slowly(10)] : [{ say: "So far " }, { hang: true }]));
    const short = await engine.start(sendOf(scene.userId, "short"));
    const long = await engine.start(sendOf(scene.userId, "long"));
    await until(() => engine.local(scene.userId, long.turn.id)?.seq, "the first words");
    const draining = engine.drain(1_000);
    await expect(engine.start(sendOf(scene.userId, "more"))).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await draining;
    const user = scene.db.forUser(scene.userId);
    expect((await user.findTurn(short.turn.id)).status).toBe("completed");
    expect(await user.findTurn(long.turn.id)).toMatchObject({
      status: "interrupted",
      failure: { code: "interrupted" },
      steps: [{ content: "So far " }],
    });
    expect(await count("turn_chunks")).toBe(0);
  });

  it("R-TURN-3: 200 who begin to watch at any moment miss nothing and see nothing twice", async () => {
    const engine = await engineOf(() => [slowly(60)]);
    const { turn } = await engine.start(sendOf(scene.userId, "Hello"));
    const watchers: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      watchers.push(watchToEnd(engine, scene.userId, turn.id));
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ends = new Set((await Promise.all(watchers)).map((end) => JSON.stringify(end)));
    expect(ends.size).toBe(1);
  });
});
