import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NotFoundError, TurnRunningError } from "./errors.ts";
import { createTestUser, openTestDatabase, type TestDatabase } from "./testing.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

describe("guests", () => {
  it("R-SEC-2: what a guest had moves to the account, in full and in order, and the guest is gone", async () => {
    const guest = await createTestUser(db, { guest: true });
    const person = await createTestUser(db);
    const store = db.forUser(guest.id);
    const { runner } = await db.runners.register();
    const turnId = randomUUID();
    const { turn } = await store.startTurn({ turnId, prompt: "p", model: "m", title: "Guest's", runner });
    const end = { status: "completed" as const, steps: [{ content: "a", toolCalls: [] }], usage: null, cut: false };
    await db.runners.finishTurn({ userId: guest.id, turnId, runner }, end);
    await store.addTask({ title: "Task" });
    const own = await db.forUser(person.id).createConversation({ title: "Own" });
    const before = await store.getChatHistory(turn.conversationId);

    await db.moveGuest(guest.id, person.id);

    const moved = db.forUser(person.id);
    expect(await moved.getChatHistory(turn.conversationId)).toEqual(before);
    expect(await moved.findTurn(turnId)).toMatchObject({ status: "completed", steps: [{ content: "a" }] });
    expect((await moved.listTasks()).map((task) => task.title)).toEqual(["Task"]);
    const { conversations } = await moved.listConversations({ limit: 10 });
    expect(conversations.map((one) => one.id).sort()).toEqual([own.id, turn.conversationId].sort());
    expect(await db.identity.findPerson(guest.id)).toBeNull();
    expect((await moved.addMessage(turn.conversationId, "user", "on")).position).toBe(3);
  });

  it.each(["stored", "running"])(
    "R-SEC-2: what a guest had moves also where a turn of the account, %s, has the same id",
    async (status) => {
      const [guest, person] = [await createTestUser(db, { guest: true }), await createTestUser(db)];
      const { runner } = await db.runners.register();
      const turnId = randomUUID();
      const start = async (userId: string) => {
        const begun = { turnId, prompt: `of ${userId}`, model: "m", title: "t", runner };
        return (await db.forUser(userId).startTurn(begun)).turn.conversationId;
      };
      const end = (userId: string) => {
        const answer = {
          status: "completed" as const,
          steps: [{ content: "a", toolCalls: [] }],
          usage: null,
          cut: false,
        };
        return db.runners.finishTurn({ userId, turnId, runner }, answer);
      };
      const [guests, own] = [await start(guest.id), await start(person.id)];
      await end(guest.id);
      if (status === "stored") await end(person.id);

      await db.moveGuest(guest.id, person.id);

      if (status === "running") await end(person.id);
      const store = db.forUser(person.id);
      const said = async (id: string) => (await store.getChatHistory(id)).map(({ content }) => content);
      expect(await said(guests)).toEqual([`of ${guest.id}`, "a"]);
      expect(await said(own)).toEqual([`of ${person.id}`, "a"]);
      expect(await store.findTurn(turnId)).toMatchObject({ conversationId: own, status: "completed" });
      const [moved] = await db.sql<{ id: string }>("SELECT id FROM turns WHERE conversation_id = $1", [guests]);
      expect(await store.findTurn(moved?.id ?? "")).toMatchObject({ status: "completed", steps: [{ content: "a" }] });
      expect(await db.identity.findPerson(guest.id)).toBeNull();
    },
  );

  it("R-SEC-2: who is registering meanwhile is no guest to be moved, and stays signed in", async () => {
    const [guest, person] = [await createTestUser(db, { guest: true }), await createTestUser(db)];
    const insert = "INSERT INTO sessions (user_id, token, expires_at) VALUES ($1, $2, now() + interval '1 day')";
    const token = randomUUID();
    const registering = await db.asRole("auth");
    await registering.query("BEGIN");
    await registering.query("UPDATE users SET is_anonymous = false WHERE id = $1", [guest.id]);
    await registering.query(insert, [guest.id, token]);
    const moving = db.beginMove(guest.id, person.id);
    await expect.poll(() => db.sql("SELECT FROM pg_locks WHERE NOT granted")).not.toEqual([]);
    await registering.query("COMMIT");
    expect(await moving).toBe(false);
    expect(await db.identity.sessionLives(token, guest.id)).toBe(true);
    expect((await db.pendingMoves()).map(({ guestId }) => guestId)).not.toContain(guest.id);
  });

  it("R-SEC-2: waits for running turns, and moves guests only", async () => {
    const guest = await createTestUser(db, { guest: true });
    const person = await createTestUser(db);
    await db.forUser(guest.id).startTurn({ turnId: randomUUID(), prompt: "p", model: "m", title: "t", runner: 1 });
    await expect(db.moveGuest(guest.id, person.id)).rejects.toThrow(TurnRunningError);
    await expect(db.moveGuest(person.id, guest.id)).rejects.toThrow(NotFoundError);
    await expect(db.moveGuest(guest.id, randomUUID())).rejects.toThrow(NotFoundError);
    await expect(db.moveGuest(guest.id, guest.id)).rejects.toThrow(NotFoundError);
    expect(await db.identity.findPerson(guest.id)).toMatchObject({ isGuest: true });
  });

  it("R-SEC-2: guests unused since a time are deleted, and nobody else", async () => {
    const old = "2020-01-01T00:00:00Z";
    const unused = await createTestUser(db, { guest: true });
    const chatting = await createTestUser(db, { guest: true });
    const visiting = await createTestUser(db, { guest: true });
    const registered = await createTestUser(db);
    const fresh = await createTestUser(db, { guest: true });
    await db.sql("UPDATE users SET created_at = $1 WHERE id <> $2", [old, fresh.id]);
    await db.forUser(chatting.id).createConversation();
    await db.sql("INSERT INTO sessions (user_id, token, expires_at) VALUES ($1, $2, now())", [
      visiting.id,
      randomUUID(),
    ]);
    await db.sql("INSERT INTO conversations (user_id, updated_at) VALUES ($1, $2)", [unused.id, old]);
    expect(await db.deleteUnusedGuests(new Date("2021-01-01"), 100)).toBeGreaterThanOrEqual(1);
    const everybody = [unused, chatting, visiting, registered, fresh].map(({ id }) => db.identity.findPerson(id));
    expect((await Promise.all(everybody)).map((person) => person !== null)).toEqual([false, true, true, true, true]);
    expect(await db.deleteUnusedGuests(new Date("2021-01-01"), 100)).toBe(0);
  });
});

describe("deleting an account", () => {
  it("R-SEC-4: deletes the guests whose things were on their way to it, and no other guest", async () => {
    const [person, other] = [await createTestUser(db), await createTestUser(db)];
    const [guest, kept] = [await createTestUser(db, { guest: true }), await createTestUser(db, { guest: true })];
    await db.beginMove(guest.id, person.id);
    await db.beginMove(kept.id, other.id);
    await db.forUser(guest.id).startTurn({ turnId: randomUUID(), prompt: "p", model: "m", title: "t", runner: 1 });
    expect(await db.deleteUser(person.id)).toBe(true);
    const left = await Promise.all([person, guest, other, kept].map(({ id }) => db.identity.findPerson(id)));
    expect(left.map((one) => one?.id ?? null)).toEqual([null, null, other.id, kept.id]);
    expect(await db.sql("SELECT FROM turns WHERE user_id = $1", [guest.id])).toEqual([]);
    expect(await db.pendingMoves()).toEqual([{ guestId: kept.id, userId: other.id }]);
  });

  it("R-SEC-4: no text in the place of a guest's id reaches anybody registered", async () => {
    const [person, registered] = [await createTestUser(db), await createTestUser(db, { guest: true })];
    await db.beginMove(registered.id, person.id);
    await db.sql("UPDATE users SET is_anonymous = false WHERE id = $1", [registered.id]);
    const plant = "INSERT INTO verifications (identifier, value, expires_at) VALUES ($1, $2, now())";
    await db.sql(plant, ["move-guest:nobody", person.id]);
    expect(await db.deleteUser(person.id)).toBe(true);
    expect(await db.identity.findPerson(registered.id)).not.toBeNull();
  });
});

describe("counting uses", () => {
  it("R-SEC-8: allows as many as the limit in a window, whoever counts them", async () => {
    const uses = await Promise.all(Array.from({ length: 12 }, () => db.countUse("sends:x", 5, 60_000)));
    expect(uses.filter((use) => use.allowed)).toHaveLength(5);
    const refused = uses.find((use) => !use.allowed);
    expect(refused?.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(await db.countUse("sends:y", 5, 60_000)).toEqual({ allowed: true, retryAfterMs: 0 });
  });

  it("R-SEC-8: a new window begins when the old one ends", async () => {
    expect((await db.countUse("short", 1, 50)).allowed).toBe(true);
    expect((await db.countUse("short", 1, 50)).allowed).toBe(false);
    await expect.poll(async () => (await db.countUse("short", 1, 50)).allowed).toBe(true);
  });

  it("R-SEC-8: a window that was begun before the clock went back by an hour is over", async () => {
    expect((await db.countUse("leap", 1, 60_000)).allowed).toBe(true);
    expect((await db.countUse("leap", 1, 60_000)).allowed).toBe(false);
    await db.sql("UPDATE rate_limits SET resets_at = resets_at + interval '1 hour'");
    expect(await db.countUse("leap", 1, 60_000)).toEqual({ allowed: true, retryAfterMs: 0 });
    expect((await db.countUse("leap", 1, 60_000)).allowed).toBe(false);
  });
});
