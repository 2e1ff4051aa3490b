import { once } from "node:events";
import { createConnection } from "node:net";
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
