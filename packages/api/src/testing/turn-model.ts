import { openDatabase } from "@holdfast/db";
import type { TestDatabase } from "@holdfast/db/testing";
import type fc from "fast-check";
import { expect } from "vitest";
import { sendOf, startTestEngine, type TestEngine, until } from "./test-engine.ts";
import { createToldAssistant, type ToldAssistant } from "./told-assistant.ts";
import { collectWatch, type Watch } from "./watch.ts";

/** What the engine should be: a few maps. The commands below do the same to both, and compare them after each. */
export interface Model {
  turns: ModelTurn[];
  conversations: { exists: boolean; messages: string[] }[];
}

interface ModelTurn {
  prompt: string;
  conversation: number;
  process: number;
  status: "running" | "completed" | "stopped" | "failed" | "interrupted";
  said: string;
}

interface Process {
  engine: TestEngine;
  assistant: ToldAssistant;
  die(): Promise<void>;
}

export interface Real {
  db: TestDatabase;
  userId: string;
  processes: Process[];
  turnIds: string[];
  conversationIds: string[];
  watches: { turn: number; watch: Watch }[];
}

export type Command = fc.AsyncCommand<Model, Real>;

const timing = { sweepMs: 50, chunkMs: 1, batchMs: 1, retryMs: 20 };

export async function startProcess(db: TestDatabase): Promise<Process> {
  const own = await openDatabase({ ...db.options, poolSize: 4 });
  const assistant = createToldAssistant();
  const engine = await startTestEngine(own, { assistant, timing });
  return {
    engine,
    assistant,
    // Nothing that it was doing goes on: its connections end, and its number with them.
    async die() {
      engine.close();
      await own.close();
    },
  };
}

const runningIn = (model: Model, conversation: number) =>
  model.turns.some((turn) => turn.conversation === conversation && turn.status === "running");

const pick = <T>(list: T[], at: number): T => list[at % list.length] as T; // callers check that it is not empty

export class Send implements Command {
  constructor(
    readonly conversation: number | null,
    readonly process: number,
  ) {}
  check = (model: Model) => this.conversation === null || model.conversations.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const known = this.conversation === null ? null : this.conversation % model.conversations.length;
    const process = this.process % real.processes.length;
    const prompt = `prompt ${model.turns.length} of ${real.userId}`;
    const conversationId = known === null ? undefined : real.conversationIds[known];
    const send = sendOf(real.userId, prompt, { conversationId });
    const sending = pick(real.processes, process).engine.start(send);
    if (known !== null && !model.conversations[known]?.exists) {
      await expect(sending).rejects.toMatchObject({ name: "NotFoundError" });
      return;
    }
    if (known !== null && runningIn(model, known)) {
      await expect(sending).rejects.toMatchObject({ name: "TurnRunningError" });
      return;
    }
    const { conversation } = await sending;
    if (known === null) {
      real.conversationIds.push(conversation.id);
      model.conversations.push({ exists: true, messages: [] });
    }
    real.turnIds.push(send.turnId);
    model.turns.push({
      prompt,
      conversation: known ?? model.conversations.length - 1,
      process,
      status: "running",
      said: "",
    });
  }
  toString = () => `send(${this.conversation}, ${this.process})`;
}

/** The same turn once more, from any process. */
export class Repeat implements Command {
  constructor(
    readonly turn: number,
    readonly process: number,
    readonly changed: boolean,
  ) {}
  check = (model: Model) => model.turns.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const at = this.turn % model.turns.length;
    const turn = pick(model.turns, at);
    const process = this.process % real.processes.length;
    const turnId = pick(real.turnIds, at);
    const conversationId = real.conversationIds[turn.conversation];
    if (turn.status !== "running") pick(real.processes, process).assistant.forget(turn.prompt);
    const message = this.changed ? "something else" : turn.prompt;
    const sending = pick(real.processes, process).engine.start(
      sendOf(real.userId, message, { turnId, conversationId }),
    );
    if (!model.conversations[turn.conversation]?.exists) {
      await expect(sending).rejects.toMatchObject({ name: "NotFoundError" });
    } else if (this.changed) {
      await expect(sending).rejects.toMatchObject({ name: "TurnConflictError" });
    } else if (turn.status !== "failed" && turn.status !== "interrupted") {
      await sending;
    } else if (runningIn(model, turn.conversation)) {
      await expect(sending).rejects.toMatchObject({ name: "TurnRunningError" });
    } else {
      await sending;
      Object.assign(turn, { status: "running", said: "", process });
    }
  }
  toString = () => `repeat(${this.turn}, ${this.process}, ${this.changed ? "changed" : "same"})`;
}

/** What happens to a running turn. */
export class Advance implements Command {
  constructor(
    readonly turn: number,
    readonly how: "say" | "finish" | "fail" | "stop",
    readonly process: number,
  ) {}
  check = (model: Model) => model.turns.some((turn) => turn.status === "running");
  async run(model: Model, real: Real): Promise<void> {
    const turn = pick(
      model.turns.filter((each) => each.status === "running"),
      this.turn,
    );
    const turnId = pick(real.turnIds, model.turns.indexOf(turn));
    const { engine, assistant } = pick(real.processes, turn.process);
    if (this.how === "say" || this.how === "finish") {
      const words = `${this.how} ${turn.said.length} `;
      turn.said += words;
      assistant.say(turn.prompt, words);
      await until(() => engine.local(real.userId, turnId)?.steps[0]?.content === turn.said, "the words");
    }
    if (this.how === "say") return;
    if (this.how === "finish") assistant.finish(turn.prompt);
    if (this.how === "fail") assistant.fail(turn.prompt);
    if (this.how === "stop") await pick(real.processes, this.process).engine.stop(real.userId, turnId);
    await until(() => engine.local(real.userId, turnId) === null, "the end");
    turn.status = this.how === "finish" ? "completed" : this.how === "stop" ? "stopped" : "failed";
    if (turn.status === "failed") return;
    model.conversations[turn.conversation]?.messages.push(turn.prompt, ...(turn.said ? [turn.said] : []));
  }
  toString = () => `${this.how}(${this.turn})`;
}

export class Delete implements Command {
  constructor(readonly conversation: number) {}
  check = (model: Model) => model.conversations.some((conversation) => conversation.exists);
  async run(model: Model, real: Real): Promise<void> {
    const at = model.conversations.indexOf(
      pick(
        model.conversations.filter((each) => each.exists),
        this.conversation,
      ),
    );
    await real.db.forUser(real.userId).removeConversation(pick(real.conversationIds, at));
    model.conversations[at] = { exists: false, messages: [] };
    for (const turn of model.turns) {
      if (turn.conversation !== at || turn.status !== "running") continue;
      turn.status = "interrupted";
      const { engine } = pick(real.processes, turn.process);
      const turnId = pick(real.turnIds, model.turns.indexOf(turn));
      await until(() => engine.local(real.userId, turnId) === null, "the turn of a deleted conversation to go");
    }
  }
  toString = () => `delete(${this.conversation})`;
}

/** A process dies; another is started in its place. The one that never dies sweeps. */
export class Die implements Command {
  constructor(readonly process: number) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const at = 1 + (this.process % (real.processes.length - 1));
    await pick(real.processes, at).die();
    real.watches = real.watches.filter(({ watch }) => watch.process !== at);
    real.processes[at] = await startProcess(real.db);
    for (const turn of model.turns) {
      if (turn.process !== at || turn.status !== "running") continue;
      turn.status = "interrupted";
      const turnId = pick(real.turnIds, model.turns.indexOf(turn));
      await until(
        async () => (await real.db.forUser(real.userId).findTurn(turnId)).status === "interrupted",
        "the sweep",
      );
    }
  }
  toString = () => `die(${this.process})`;
}

export class Follow implements Command {
  constructor(
    readonly turn: number,
    readonly process: number,
  ) {}
  check = (model: Model) => model.turns.some((turn) => turn.status === "running");
  async run(model: Model, real: Real): Promise<void> {
    const turn = model.turns.indexOf(
      pick(
        model.turns.filter((each) => each.status === "running"),
        this.turn,
      ),
    );
    const process = this.process % real.processes.length;
    const { engine } = pick(real.processes, process);
    real.watches.push({ turn, watch: collectWatch(engine, real.userId, pick(real.turnIds, turn), process) });
  }
  toString = () => `follow(${this.turn}, ${this.process})`;
}

export async function compare(model: Model, real: Real): Promise<void> {
  const { db, userId } = real;
  for (const [at, { exists, messages }] of model.conversations.entries()) {
    const rows = await db.sql<{ position: number; content: string }>(
      "SELECT position, content FROM messages WHERE user_id = $1 AND conversation_id = $2 ORDER BY position",
      [userId, real.conversationIds[at]],
    );
    expect(rows.map((row) => row.content)).toEqual(messages);
    expect(rows.map((row) => row.position)).toEqual(messages.map((_, index) => index + 1));
    if (!exists)
      expect(await db.sql("SELECT FROM turns WHERE conversation_id = $1", [real.conversationIds[at]])).toEqual([]);
  }
  const statuses = new Map(
    (await db.sql<{ id: string; status: string }>("SELECT id, status FROM turns WHERE user_id = $1", [userId])).map(
      (row) => [row.id, row.status],
    ),
  );
  for (const [at, turn] of model.turns.entries()) {
    const expected = model.conversations[turn.conversation]?.exists ? turn.status : undefined;
    expect(statuses.get(pick(real.turnIds, at))).toBe(expected);
  }
  const orphans = `SELECT FROM turn_chunks c LEFT JOIN turns t ON t.user_id = c.user_id AND t.id = c.turn_id
    WHERE c.user_id = $1 AND t.status IS DISTINCT FROM 'running'`;
  expect(await db.sql(orphans, [userId])).toEqual([]);
}

/** Every watcher of every process has seen, without a gap, what its turn said. */
export async function compareWatches(model: Model, real: Real): Promise<void> {
  for (const { turn, watch } of real.watches) {
    const said = pick(model.turns, turn);
    if (said.status === "running" || !model.conversations[said.conversation]?.exists) continue;
    const held = await until(() => watch.ended(), `the end of a watch on process ${watch.process}`);
    expect(held.gaps).toEqual([]);
  }
}
