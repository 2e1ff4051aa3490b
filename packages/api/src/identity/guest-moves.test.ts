import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { quiet } from "../testing/test-engine.ts";
import { createGuestMoves, type GuestMoves } from "./guest-moves.ts";

let db: TestDatabase;
let runner: number;

beforeAll(async () => {
  db = await openTestDatabase();
  ({ runner } = await db.runners.register());
});
afterAll(async () => {
  await db.close();
});

/** A guest who waits for an answer while signing in to an account. */
async function scene() {
  const { id: guestId } = await createTestUser(db);
  await db.sql("update users set is_anonymous = true where id = $1", [guestId]);
  const { id: userId } = await createTestUser(db);
  await db.forUser(guestId).addTask({ title: "Buy milk" });
  const turnId = crypto.randomUUID();
  const begun = { turnId, prompt: "Take your time", model: "built-in", title: "Slow", runner };
  const { turn } = await db.forUser(guestId).startTurn(begun);
  const answer = () =>
    db.runners.finishTurn(
      { userId: guestId, turnId, runner },
      { status: "completed", steps: [{ content: "Done.", toolCalls: [] }], usage: null, cut: false },
    );
  return { guestId, userId, conversationId: turn.conversationId, answer };
}

function movesOfAProcess(): GuestMoves {
  return createGuestMoves(db, quiet, 50);
}

async function isMoved({ guestId, userId, conversationId }: Awaited<ReturnType<typeof scene>>): Promise<void> {
  await vi.waitFor(async () => {
    expect(await db.sql("select 1 from users where id = $1", [guestId])).toEqual([]);
    expect(await db.pendingMoves()).not.toContainEqual({ guestId, userId });
  }, 5_000);
  const user = db.forUser(userId);
  expect((await user.getChatHistory(conversationId)).map(({ content }) => content)).toEqual([
    "Take your time",
    "Done.",
  ]);
  expect(await user.listTasks()).toMatchObject([{ title: "Buy milk" }]);
}

describe("what a guest had", () => {
  it("R-SEC-2: moves by itself when an answer takes longer than signing in may, and open pages are told", async () => {
    const moves = movesOfAProcess();
    const guest = await scene();
    const told: string[] = [];
    const unsubscribe = db.notices.subscribe((notice) => {
      if (notice.type === "conversation" && notice.userId === guest.userId) told.push(notice.conversationId);
    });
    await moves.begin(guest.guestId, guest.userId);
    expect((await db.forUser(guest.userId).listConversations({ limit: 10 })).conversations).toEqual([]);
    await guest.answer();
    await isMoved(guest);
    await vi.waitFor(() => expect(told).toEqual([guest.conversationId]));
    unsubscribe();
    await moves.close();
  });

  it("R-SEC-2: moves after a crash in between, by the process that comes after", async () => {
    const crashed = movesOfAProcess();
    const guest = await scene();
    await crashed.begin(guest.guestId, guest.userId);
    await crashed.close();
    await guest.answer();
    const next = movesOfAProcess();
    await next.resume();
    await isMoved(guest);
    await next.close();
  });

  it("R-SEC-4: goes with the account when that is deleted meanwhile", async () => {
    const moves = movesOfAProcess();
    const guest = await scene();
    await moves.begin(guest.guestId, guest.userId);
    await db.deleteUser(guest.userId);
    expect(await guest.answer()).toBe(false);
    expect(await db.pendingMoves()).not.toContainEqual({ guestId: guest.guestId, userId: guest.userId });
    for (const table of ["conversations", "messages", "turns", "tasks"]) {
      expect(await db.sql(`select 1 from ${table} where user_id = $1`, [guest.guestId])).toEqual([]);
    }
    await moves.close();
  });
});
