import { connect } from "node:net";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { newProgram, type Program } from "../testing/program.ts";
import { serveTests } from "../testing/test-server.ts";

const used = serveTests({
  script: (asked) => (asked === "hang" ? [{ say: "So far " }, { hang: true }] : "Said."),
  limits: { sendsPerMinute: 0, signInsPerMinute: 0, requestsPerMinute: 0, streams: 2 },
});

describe("a turn's events over REST", () => {
  let program: Program;
  let ended: string;
  const running = crypto.randomUUID();

  beforeAll(async () => {
    program = await newProgram(used.db, used.server);
    ended = (await program.send("POST", "/chat", { message: "Hello" })).body.turnId;
    void program.send("POST", "/chat", { message: "hang", turnId: running }).catch(() => {}); // it ends with the server
    const isRunning = () => used.db.sql("select 1 from turns where id = $1 and status = 'running'", [running]);
    await vi.waitFor(async () => expect(await isRunning()).toHaveLength(1));
  });

  /** Sends the request for a stream and is gone, at once or a little later. */
  function drop(turnId: string, afterMs: number): Promise<void> {
    const { hostname, port } = new URL(used.server.url);
    const request = `GET /api/${program.id}/turns/${turnId}/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${program.authorization}\r\n\r\n`;
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(request, () => setTimeout(() => socket.destroy(), afterMs));
      });
      socket.on("close", () => resolve());
    });
  }

  async function opens(path: string): Promise<number> {
    const leaving = new AbortController();
    const headers = { authorization: program.authorization };
    const { status } = await fetch(used.server.url + path, { headers, signal: leaving.signal });
    leaving.abort();
    return status;
  }

  it.each(["a turn that has ended", "a turn that runs"])(
    "R-SEC-8: a stream of %s is let go, however soon its client has gone",
    async (which) => {
      const turnId = which.endsWith("runs") ? running : ended;
      for (let round = 0; round < 30; round++) await drop(turnId, round % 4);
      const path = `/api/${program.id}/turns/${turnId}/events`;
      await vi.waitFor(async () => expect(await opens(path)).toBe(200));
      await vi.waitFor(async () => expect(await opens("/api/trpc/live.feed")).toBe(200));
    },
  );

  it("R-API-2: HEAD tells at once what GET would begin with, even of a turn that runs", async () => {
    const { status, headers } = await program.send("HEAD", `/turns/${running}/events`);
    expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect((await program.send("HEAD", `/turns/${crypto.randomUUID()}/events`)).status).toBe(404);
  });
});
