import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Advance,
  type Command,
  compare,
  compareWatches,
  Delete,
  Die,
  Follow,
  type Model,
  type Real,
  Repeat,
  Send,
  startProcess,
} from "../testing/turn-model.ts";

describe("the turn engine as a state machine", () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  it("R-TURN-1…8: does what a model of it does, on three processes, whatever happens in whatever order", async () => {
    const processes = await Promise.all([startProcess(db), startProcess(db), startProcess(db)]);
    // Until it has been connected for a while, a process does not take others for dead.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const number = fc.nat({ max: 50 });
    const commands = fc.commands(
      [
        fc
          .tuple(fc.option(number, { freq: 2 }), number)
          .map(([conversation, process]) => new Send(conversation, process)),
        fc.tuple(number, number, fc.boolean()).map(([turn, process, changed]) => new Repeat(turn, process, changed)),
        fc.tuple(number, number).map(([turn, process]) => new Repeat(turn, process, false)),
        fc
          .tuple(number, fc.constantFrom("say", "say", "finish", "fail", "stop"), number)
          .map(([turn, how, process]) => new Advance(turn, how as Advance["how"], process)),
        fc
          .tuple(number, fc.constantFrom("say", "finish", "fail"), number)
          .map(([turn, how, process]) => new Advance(turn, how as Advance["how"], process)),
        number.map((conversation) => new Delete(conversation)),
        number.map((process) => new Die(process)),
        fc.tuple(number, number).map(([turn, process]) => new Follow(turn, process)),
      ].map((arbitrary) => arbitrary.map(checked)),
      { maxCommands: 30, size: "max" },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const model: Model = { turns: [], conversations: [] };
        const userId = (await createTestUser(db)).id;
        const real: Real = { db, userId, processes, turnIds: [], conversationIds: [], watches: [] };
        await fc.asyncModelRun(() => ({ model, real }), sequence);
        await compareWatches(model, real);
        for (const id of real.conversationIds)
          await db
            .forUser(userId)
            .removeConversation(id)
            .catch(() => undefined);
        expect(await db.sql("SELECT FROM turn_chunks WHERE user_id = $1", [userId])).toEqual([]);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    for (const process of processes) await process.die();
  }, 120_000);
});

/** Compares model and database after the command. */
function checked(command: Command): Command {
  return {
    check: (model) => command.check(model),
    async run(model, real) {
      await command.run(model, real);
      await compare(model, real);
    },
    toString: () => command.toString(),
  };
}
