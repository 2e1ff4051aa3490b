import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, it } from "vitest";
import { connectToolBox, createToolBoxes } from "./tool-box.ts";

const signal = new AbortController().signal;
const servers: HttpServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real MCP server without sessions, which keeps the tokens it was shown. */
async function serve(port = 0) {
  const tokens: (string | undefined)[] = [];
  const order: string[] = [];
  const http = createServer(async (request, response) => {
    tokens.push(request.headers.authorization);
    const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [{ name: "echo", description: "Echoes", inputSchema: { type: "object" } }],
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      const { text = "", waitMs = 0 } = (params.arguments ?? {}) as { text?: string; waitMs?: number };
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      order.push(text);
      if (params.name === "fail") return { isError: true, content: [{ type: "text", text: "There is no such task." }] };
      if (params.name === "text") return { content: [{ type: "text", text }] };
      return { content: [{ type: "text", text: "" }], structuredContent: { text } };
    });
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  servers.push(http);
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  const stop = () =>
    new Promise((resolve) => {
      http.close(resolve);
      http.closeAllConnections();
    });
  return { url, tokens, order, stop, port: (http.address() as AddressInfo).port };
}

function minter() {
  let minted = 0;
  return async () => `token-${++minted}`;
}

describe("a tool box", () => {
  it("lists and calls the tools of an MCP server, with a fresh token for each request", async () => {
    const server = await serve();
    const box = connectToolBox({ url: server.url, token: minter() });
    expect(await box.list(signal)).toEqual([{ name: "echo", description: "Echoes", inputSchema: { type: "object" } }]);
    expect(await box.call("echo", { text: "hi" }, signal)).toEqual({ result: { text: "hi" }, status: "completed" });
    expect(await box.call("text", { text: "plain" }, signal)).toEqual({ result: "plain", status: "completed" });
    expect(await box.call("fail", {}, signal)).toEqual({ result: "There is no such task.", status: "failed" });
    expect(new Set(server.tokens).size).toBe(server.tokens.length);
    await box.close();
  });

  it("asks a server for its tools once for all boxes", async () => {
    const server = await serve();
    const open = createToolBoxes({ url: server.url });
    await open(minter()).list(signal);
    const before = server.tokens.length;
    expect(await open(minter()).list(signal)).toHaveLength(1);
    expect(server.tokens).toHaveLength(before);
  });

  it("makes its calls one after the other, in their order", async () => {
    const server = await serve();
    const box = connectToolBox({ url: server.url, token: minter() });
    await Promise.all([
      box.call("echo", { text: "a", waitMs: 60 }, signal),
      box.call("echo", { text: "b", waitMs: 20 }, signal),
      box.call("echo", { text: "c" }, signal),
    ]);
    expect(server.order).toEqual(["a", "b", "c"]);
  });

  it("finds a server that has been started anew, at another address too", async () => {
    const first = await serve();
    let url = first.url;
    const box = connectToolBox({ url: () => url, token: minter() });
    await box.call("echo", { text: "a" }, signal);
    await first.stop();
    const again = box.call("echo", { text: "b" }, signal);
    setTimeout(() => void serve().then((second) => (url = second.url)), 300);
    expect(await again).toEqual({ result: { text: "b" }, status: "completed" });
  });

  it("says in plain words that a server is away, and that one does not answer", async () => {
    const gone = await serve();
    await gone.stop();
    const away = connectToolBox({ url: gone.url, token: minter(), reconnectMs: 100 });
    expect(await away.call("echo", {}, signal)).toEqual({
      result: "The tool cannot be reached right now. Nothing was done.",
      status: "failed",
    });
    await expect(away.list(signal)).rejects.toThrow();
    const server = await serve();
    const slow = connectToolBox({ url: server.url, token: minter(), timeoutMs: 150 });
    expect(await slow.call("echo", { waitMs: 1000 }, signal)).toMatchObject({
      result: expect.stringMatching(/did not answer in time/u),
      status: "failed",
    });
  });

  it("ends with its signal", async () => {
    const server = await serve();
    const box = connectToolBox({ url: server.url, token: minter() });
    await box.list(signal);
    const stop = new AbortController();
    const call = box.call("echo", { waitMs: 5000 }, stop.signal);
    setTimeout(() => stop.abort(), 30);
    await expect(call).rejects.toThrow();
  });

  it("R-TURN-4: a stop or a death at whatever moment leaves no promise that nobody holds", async () => {
    const server = await serve();
    const outcomes: unknown[] = [];
    const used = Array.from({ length: 60 }, async (_, index) => {
      const stop = new AbortController();
      const box = createToolBoxes({ url: server.url, reconnectMs: 20 })(minter());
      // A rejection that nobody holds would end the server; here it fails the run.
      setTimeout(() => stop.abort("stopped"), index);
      await box.list(stop.signal).catch((error) => outcomes.push(error));
      for (const text of ["a", "b"]) {
        const call = box.call("echo", { text, waitMs: index % 7 }, stop.signal);
        await call.catch((error) => outcomes.push(error));
      }
      await box.close();
    });
    setTimeout(() => void server.stop(), 45);
    await Promise.all(used);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(outcomes.length).toBeGreaterThan(0);
  });
});
