import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Api, createApi } from "@holdfast/api";
import { noTools } from "@holdfast/assistant";
import { createScriptedAssistant } from "@holdfast/assistant/testing";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mintToken } from "./mint-a-token.ts";
import { streamAnswer } from "./stream-an-answer.ts";
import { askAndNote, codeOf, connect } from "./typed-client.ts";

const secret = "the secret of an installation, long enough";
const userId = crypto.randomUUID();
const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
let db: TestDatabase;
let api: Api;
let server: Server;
let url: string;
let token: string;

beforeAll(async () => {
  db = await openTestDatabase();
  await db.sql("insert into users (id, name) values ($1, 'Ada')", [userId]);
  api = await createApi({
    db,
    assistant: createScriptedAssistant({ script: (asked) => `You asked: ${asked}` }),
    openTools: () => noTools,
    secret,
    appUrl: null,
    trustProxy: false,
    limits: { sendsPerMinute: 30, signInsPerMinute: 10, requestsPerMinute: 1_200, streams: 20 },
    log: quiet,
  });
  server = createServer((req, res) => void api.handle(req, res)); // answers its own errors
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  token = await mintToken(secret, userId);
});
afterAll(async () => {
  await api.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await db.close();
});

it("R-API-1: a typed client outside of the web app talks to every procedure", async () => {
  expect(await askAndNote(url, token, "What holds?")).toEqual({
    answer: "You asked: What holds?",
    title: "Asked by a program",
    task: "Read “Asked by a program”",
    messages: 2,
  });
  const holdfast = connect(url, token);
  expect(await codeOf(holdfast.conversation.get.query({ id: crypto.randomUUID() }))).toBe("NOT_FOUND");
  expect(await codeOf(connect(url, "forged").conversation.list.query({}))).toBe("UNAUTHORIZED");
});

it("R-API-2: an answer is streamed to a program that has nothing but fetch", async () => {
  const pieces: string[] = [];
  for await (const piece of streamAnswer(url, token, userId, "a few words")) pieces.push(piece);
  expect(pieces.join("")).toBe("You asked: a few words");
});
