import { randomUUID } from "node:crypto";
import type { ToolCall, TurnEvent } from "@holdfast/contract";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";
import type { StartTurn, StoredStep, TurnEnd, UserStore } from "./types.ts";

/** What the tests of turns have in common: a database, a runner in it, and a new person for each test. */
export interface TurnScene {
  db: TestDatabase;
  runner: number;
  userId: string;
  ada: UserStore;
  send(change?: Partial<StartTurn>): StartTurn;
  say(turnId: string, conversationId: string, seq: number, events: TurnEvent[]): Promise<void>;
  end(turnId: string, end: TurnEnd): Promise<boolean>;
  rowsOf(table: string): Promise<number>;
}

export function turnScene(): TurnScene {
  const scene = {} as TurnScene; // filled before the first test
  beforeAll(async () => {
    scene.db = await openTestDatabase();
    scene.runner = (await scene.db.runners.register()).runner;
  });
  beforeEach(async () => {
    scene.userId = (await createTestUser(scene.db)).id;
    scene.ada = scene.db.forUser(scene.userId);
  });
  afterAll(() => scene.db.close());
  return Object.assign(scene, {
    send: (change = {}) => {
      const { runner } = scene;
      return {
        turnId: randomUUID(),
        prompt: "What is up?",
        model: "built-in",
        title: "What is up?",
        runner,
        ...change,
      };
    },
    say: (turnId, conversationId, seq, events) =>
      scene.db.runners.appendChunks(scene.runner, [{ userId: scene.userId, conversationId, turnId, seq, events }]),
    end: (turnId, end) => scene.db.runners.finishTurn({ userId: scene.userId, turnId, runner: scene.runner }, end),
    rowsOf: async (table) => {
      const [row] = await scene.db.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`, [
        scene.userId,
      ]);
      return row?.n ?? -1;
    },
  } satisfies Partial<TurnScene>);
}

export const text = (delta: string, step = 0): TurnEvent => ({ type: "text", step, delta });

export const call: ToolCall = {
  id: "c1",
  name: "add_task",
  arguments: { title: "Milk" },
  result: { id: "t1" },
  status: "completed",
};

export const failure = { code: "model_unavailable" as const, message: "The model cannot be reached." };

export function completed(...contents: string[]): TurnEnd {
  return { status: "completed", steps: contents.map(answer), usage: null, cut: false };
}

export function answer(content: string): StoredStep {
  return { content, toolCalls: [] };
}
