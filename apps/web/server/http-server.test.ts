import { createConnection, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { HttpServer } from "./http-server.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const times = { idleMs: 300, wholeMs: 1_000, checkMs: 20 };
const servers: HttpServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.stopAccepting();
    server.cutConnections();
  }
});

/** Reads a body, as slowly as it says, and answers with its length. */
async function connected(
  path: string,
  { length = 10, readingMs = 0 } = {},
): Promise<{ socket: Socket; answer: Promise<string> }> {
  const server = new HttpServer(async (req, res) => {
    let taken = 0;
    try {
      for await (const chunk of req) {
        taken += chunk.length;
        await pause(readingMs);
      }
    } catch {
      return; // the connection was ended
    }
    res.end(`took ${taken}`);
  }, times);
  servers.push(server);
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  const socket = createConnection(port, "127.0.0.1");
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  return { socket, answer: text(socket) };
}

async function drip(socket: Socket, everyMs: number): Promise<void> {
  for (let sent = 0; sent < 10 && !socket.destroyed; sent++) {
    socket.write("a");
    await pause(everyMs);
  }
}

describe("bodies that come slowly", () => {
  it("R-SEC-8: one of which nothing more comes is ended, an import too", async () => {
    for (const path of ["/api/trpc/turn.start", "/api/account/import"]) {
      const { socket, answer } = await connected(path);
      socket.write("aaa");
      expect(await answer).toMatch(/^HTTP\/1.1 408 .*"The request came too slowly\."/s);
    }
  });

  it("R-SEC-8: one that comes drop by drop is ended as a whole", async () => {
    const { socket, answer } = await connected("/api/trpc/turn.start");
    void drip(socket, 150);
    expect(await answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it("R-SEC-7: an import may take longer, as long as something comes", async () => {
    const { socket, answer } = await connected("/api/account/import");
    void drip(socket, 150);
    expect(await answer).toMatch(/^HTTP\/1.1 200 .*took 10$/s);
  });

  it("R-SEC-7: one that waits for us is not ended", async () => {
    const { socket, answer } = await connected("/api/account/import", { length: 400_000, readingMs: 450 });
    socket.write("a".repeat(400_000));
    expect(await answer).toMatch(/^HTTP\/1.1 200 .*took 400000$/s);
  });
});
