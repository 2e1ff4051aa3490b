import { once } from "node:events";
import { createConnection } from "node:net";
import { limits } from "@holdfast/contract";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newProgram } from "../testing/program.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const failures: unknown[] = [];
const requests: unknown[] = [];
const ignore = () => {};
let db: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  db = await openTestDatabase();
  const log = {
    debug: (fields: unknown) => void requests.push(fields),
    info: ignore,
    warn: ignore,
    error: (fields: unknown) => void failures.push(fields),
  };
  server = await startTestServer(db, { log });
});

afterAll(async () => {
  await server.stop();
  await db.close();
});

describe("a body that is too large", () => {
  it.each(["conversations", "chat"])(
    "R-API-2: can be sent to its end after the 413, and is no reset: %s",
    async (path) => {
      const { id, authorization } = await newProgram(db, server);
      const { host, port } = new URL(server.url);
      const socket = createConnection(Number(port), "127.0.0.1").setEncoding("utf8");
      let answers = "";
      socket.on("data", (text) => {
        answers += text;
      });
      const head = `Host: ${host}\r\nAuthorization: ${authorization}\r\nContent-Type: application/json`;
      socket.write(`POST /api/${id}/${path} HTTP/1.1\r\n${head}\r\nContent-Length: 10000000\r\n\r\n`);
      await expect.poll(() => answers).toMatch(/^HTTP\/1.1 413 .*"PAYLOAD_TOO_LARGE"/s);
      for (let i = 0; i < 10; i++) socket.write("x".repeat(1_000_000));
      answers = "";
      socket.write(`GET /api/${id}/conversations HTTP/1.1\r\n${head}\r\n\r\n`);
      await expect.poll(() => answers).toMatch(/^HTTP\/1.1 200 /);
      socket.destroy();
    },
  );

  it("R-MSG-5: the longest answer fits, however its JSON is escaped", async () => {
    const { id, authorization } = await newProgram(db, server);
    const headers = { authorization, "content-type": "application/json" };
    const post = (path: string, body: string) =>
      fetch(`${server.url}/api/${id}/conversations${path}`, { method: "POST", headers, body });
    const { id: conversationId } = (await (await post("", "{}")).json()) as { id: string };
    const content = "😀".repeat(limits.answerLength);
    const unit = (half: string) => `\\u${half.charCodeAt(0).toString(16)}`;
    const escaped = (text: string) =>
      JSON.stringify({ role: "assistant", content: text }).replace(/[\ud800-\udfff]/g, unit);
    const stored = await post(`/${conversationId}/messages`, escaped(content));
    expect(stored.status).toBe(201);
    expect(((await stored.json()) as { content: string }).content === content).toBe(true);
    expect((await post(`/${conversationId}/messages`, escaped("😀".repeat(262_200)))).status).toBe(413);
    expect((await post("", `{${" ".repeat(limits.bodyBytes)}`)).status).toBe(413);
  });
});

describe("a client that leaves before its body is whole", () => {
  it.each([
    "/api/{user}/conversations",
    "/api/account/import",
    "/api/account/delete",
    "/api/auth/sign-in/email",
    "/api/trpc/task.add",
  ])("R-OPS-4: is no failure of the server: %s", async (path) => {
    const { id, authorization } = await newProgram(db, server);
    const socket = createConnection(Number(new URL(server.url).port), "127.0.0.1");
    const { host } = new URL(server.url);
    // No token is taken where people sign in; there the page's own origin is asked for.
    const sender = path.startsWith("/api/auth/") ? `Origin: ${server.url}` : `Authorization: ${authorization}`;
    const head = `Host: ${host}\r\n${sender}\r\nContent-Type: application/json`;
    socket.write(`POST ${path.replace("{user}", id)} HTTP/1.1\r\n${head}\r\nContent-Length: 100\r\n\r\n{"title`);
    await once(socket, "connect");
    await new Promise((resolve) => setTimeout(resolve, 150));
    const before = requests.length;
    socket.destroy();
    await expect.poll(() => requests.length).toBeGreaterThan(before);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(failures).toEqual([]);
  });
});
