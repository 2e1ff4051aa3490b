import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { type Database, openDatabase } from "@holdfast/db";
import { createTestUser, openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sendOf, startTestEngine, type TestEngine, until, watchToEnd } from "../testing/test-engine.ts";

const words = Array.from({ length: 1_000 }, (_, index) => `word${index} `).join("");

let db: TestDatabase;
let elsewhere: Database;
let cable: Cable;
let here: TestEngine;
let there: TestEngine;

beforeAll(async () => {
  db = await openTestDatabase();
  cable = await Cable.to(new URL(db.options.ownerUrl));
  elsewhere = await openDatabase({ ...db.options, directUrl: cable.url });
  const assistant = createScriptedAssistant({ script: () => [{ say: words, everyMs: 20 }] });
  here = await startTestEngine(db, { assistant });
  there = await startTestEngine(elsewhere, { assistant });
});

afterAll(async () => {
  here.close();
  there.close();
  await elsewhere.close();
  cable.close();
  await db.close();
});

it("R-TURN-4: a Stop that was asked elsewhere while the process that answers could not hear it ends the answer once it can", async () => {
  const { id: userId } = await createTestUser(db);
  const { turn } = await there.start(sendOf(userId, "At length"));
  await until(() => (there.local(userId, turn.id)?.seq ?? 0) > 3, "some words");
  const watching = watchToEnd(here, userId, turn.id);
  cable.cut();
  expect(await here.stop(userId, turn.id)).toBe(true);
  expect((await db.forUser(userId).findTurnState(turn.id)).stopRequested).toBe(true);
  expect(there.local(userId, turn.id)?.status).toBe("running");
  cable.mend();
  const ended = await watching;
  expect(ended).toMatchObject({ status: "stopped", failure: null });
  const said = ended.steps[0]?.content ?? "";
  expect(words.startsWith(said)).toBe(true);
  expect(said.length).toBeLessThan(words.length);
});

it("R-CONV-5: a conversation that was deleted meanwhile is not answered any further", async () => {
  const { id: userId } = await createTestUser(db);
  const { turn } = await there.start(sendOf(userId, "At length"));
  cable.cut();
  await db.forUser(userId).removeConversation(turn.conversationId);
  expect(there.local(userId, turn.id)?.status).toBe("running");
  cable.mend();
  await until(() => there.local(userId, turn.id) === null, "the end of the answer");
});

/** The way of a process's own connection to the database, which can be cut while all others hold. */
class Cable {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server, target: URL) {
    const { port } = server.address() as AddressInfo; // it listens on a port
    this.#server = server;
    this.url = Object.assign(new URL(target), { hostname: "127.0.0.1", port: String(port) }).href;
    server.on("connection", (near) => {
      if (this.#isCut) return void near.destroy();
      const far = connect(Number(target.port), target.hostname);
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async to(target: URL): Promise<Cable> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Cable(server, target);
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on("error", () => undefined); // "close" follows
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}
