import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { createRequestListener } from "./request-listener.ts";

const listening = {
  api: { handle: async () => false },
  staticAssets: () => false,
  pages: async () => {
    throw new Error("no page is asked for");
  },
  ending: () => false,
  https: false,
  dev: false,
  log: pino({ level: "silent" }),
  metrics: createMetrics(),
  memory: { isShort: () => isShort, watch: () => {} },
};

let server: Server;
let isShort = false;

beforeAll(async () => {
  server = createServer(createRequestListener(listening));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
});

/** What the server says to a request of one line, as nobody's client would write it. */
async function answerTo(line: string, header = ""): Promise<{ head: string; body: unknown }> {
  const { port } = server.address() as AddressInfo; // it listens on a port
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}\r\n`);
    });
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("close", () => resolve(text));
  });
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { head, body: JSON.parse(body.replace(/^[^{]*|[^}]*$/g, "")) };
}

it.each(["OPTIONS *", "GET http://other.example/new", "GET /c/%", "GET /%E0%A4%A"])(
  "R-API-3: %s is no address of ours, and a 400",
  async (line) => {
    const { head, body } = await answerTo(line);
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(body).toEqual({
      error: { code: "BAD_REQUEST", message: expect.any(String), requestId: expect.any(String), issues: [] },
    });
  },
);

it.each(["%7B", "garbage", "%E0%A4%A", "[]", encodeURIComponent('["",{"children":["page",{}]},null,null,true]')])(
  "R-API-3: a page that is asked for with the router's state %s is a 400 that names it",
  async (state) => {
    const { head, body } = await answerTo("GET /new", `RSC: 1\r\nNext-Router-State-Tree: ${state}\r\n`);
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(body).toMatchObject({
      error: { code: "BAD_REQUEST", requestId: expect.any(String), issues: [{ path: "next-router-state-tree" }] },
    });
  },
);

it("R-WEB-2: what the router of a page sends goes on to it", async () => {
  const state = encodeURIComponent(
    '["",{"children":["sign-in",{"children":["__PAGE__",{},null,null]}]},null,"refetch",1]',
  );
  const { head } = await answerTo("GET /new", `RSC: 1\r\nNext-Router-State-Tree: ${state}\r\n`);
  expect(head).toMatch(/^HTTP\/1.1 500 /); // no page is there to answer
});

it.each(["POST /new", "TRACE /", "DELETE /c/1", "PROPFIND /_next/static/x.js", "OPTIONS /sign-in"])(
  "R-API-3: %s is a 405 that says what a page takes",
  async (line) => {
    const { head, body } = await answerTo(line);
    expect(head).toMatch(/^HTTP\/1.1 405 /);
    expect(head).toMatch(/^allow: GET, HEAD$/im);
    expect(body).toMatchObject({ error: { code: "METHOD_NOT_ALLOWED", requestId: expect.any(String) } });
  },
);

it("R-PERF-6: a page that is asked for while memory is short is a 503 that says when to come again", async () => {
  isShort = true;
  const { head, body } = await answerTo("GET /new").finally(() => {
    isShort = false;
  });
  expect(head).toMatch(/^HTTP\/1.1 503 .*\r\nRetry-After: 2\r\n/s);
  expect(body).toMatchObject({ error: { code: "UNAVAILABLE", requestId: expect.any(String) } });
});
