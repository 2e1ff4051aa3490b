import type { Json } from "@holdfast/contract";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { TimeLimit } from "./time-limit.ts";
import type { ToolBox, ToolDescription } from "./types.ts";

export interface ToolServer {
  /** Of the MCP endpoint; asked before each connection, for a restarted server may have another. */
  url: string | (() => string);
  /** How long a call may take. */
  timeoutMs?: number;
  /** How long to wait for a server that is being restarted. */
  reconnectMs?: number;
}

/** A fresh token; asked for with each request. */
type Token = () => Promise<string>;

/** The tools of one MCP server over streamable HTTP, for whoever the token names. */
export function connectToolBox({ token, ...server }: ToolServer & { token: Token }): ToolBox {
  return createToolBoxes(server)(token);
}

/**
 * Opens tool boxes of one server that share what they know of its tools, so that a turn which uses none asks nothing of it.
 * A box connects on first use. Its calls run one after the other, in the order they are made: what is asked for as a list must come to
 * be in that order.
 */
export function createToolBoxes(server: ToolServer): (token: Token) => ToolBox {
  const described = new Map<string, ToolDescription[]>();
  return (token) => openToolBox(server, token, described);
}

function openToolBox(server: ToolServer, token: Token, described: Map<string, ToolDescription[]>): ToolBox {
  const { timeoutMs = 15_000, reconnectMs = 10_000 } = server;
  const urlNow = () => (typeof server.url === "string" ? server.url : server.url());
  let connection: { client: Promise<Client>; url: string } | null = null;
  let lastCall: Promise<unknown> = Promise.resolve();

  function connected(signal: AbortSignal): Promise<Client> {
    const url = urlNow();
    if (connection?.url !== url) {
      disconnect();
      connection = { client: connect(url, token, timeoutMs, signal), url };
    }
    return connection.client;
  }

  function disconnect(): void {
    const old = connection;
    connection = null;
    // Its requests have failed or been answered; there is no session to say goodbye to.
    old?.client.then((client) => client.close()).catch(() => undefined);
  }

  /** Again, while the server cannot be reached at all: then nothing has been done yet. */
  async function reaching<T>(outer: AbortSignal, use: (client: Client, signal: AbortSignal) => Promise<T>): Promise<T> {
    // The client never takes its listeners off the signal it is given, so it gets one that ends with the call.
    const time = new TimeLimit(
      timeoutMs + reconnectMs,
      () => new McpError(ErrorCode.RequestTimeout, "No answer"),
      outer,
    );
    const until = performance.now() + reconnectMs;
    try {
      for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 500)) {
        try {
          return await use(await connected(time.signal), time.signal);
        } catch (error) {
          disconnect();
          time.signal.throwIfAborted();
          if (!isUnreachable(error) || performance.now() + pauseMs > until) throw error;
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }
    } finally {
      time.end();
    }
  }

  async function callNow(name: string, args: { [key: string]: Json }, outer: AbortSignal): ReturnType<ToolBox["call"]> {
    try {
      const answer = await reaching(outer, (client, signal) =>
        client.callTool({ name, arguments: args }, undefined, { signal, timeout: timeoutMs }),
      );
      return { result: resultOf(answer), status: answer.isError === true ? "failed" : "completed" };
    } catch (error) {
      outer.throwIfAborted();
      return { result: wordsFor(error), status: "failed" };
    }
  }

  return {
    async list(signal) {
      const known = described.get(urlNow());
      if (known) return known;
      const tools = await reaching(signal, (client, inner) =>
        client.listTools(undefined, { signal: inner, timeout: timeoutMs }),
      );
      const list = tools.tools.map(({ name, description = "", inputSchema }) => ({ name, description, inputSchema }));
      // Those of a server that has been started anew take the place of those before.
      described.clear();
      described.set(urlNow(), list);
      return list;
    },
    call(name, args, signal) {
      if (typeof args !== "object" || args === null || Array.isArray(args)) {
        return Promise.resolve({ result: "The arguments must be an object.", status: "failed" });
      }
      const call = lastCall.then(() => callNow(name, args, signal));
      lastCall = call.catch(() => undefined);
      return call;
    },
    async close() {
      disconnect();
    },
  };
}

/** For assistants without tools. */
export const noTools: ToolBox = {
  list: async () => [],
  call: async (name) => ({ result: `There is no tool named ${name}.`, status: "failed" }),
  close: async () => undefined,
};

async function connect(url: string, token: Token, timeoutMs: number, signal: AbortSignal): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: async (input, init) => {
      // The stream of unasked messages, which a server without sessions has none of.
      if (init?.method === "GET") return new Response(null, { status: 405 });
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${await token()}`);
      // A connection that is kept may turn out dead only once a call is on it, and then nobody knows whether the call was made.
      headers.set("connection", "close");
      return fetch(input, { ...init, headers });
    },
  });
  const client = new Client({ name: "holdfast", version: "1.0.0" });
  await client.connect(transport, { signal, timeout: timeoutMs });
  return client;
}

/** What the tool said as data; else its text. */
function resultOf(answer: { [key: string]: unknown }): Json {
  if (answer.structuredContent !== undefined) return answer.structuredContent as Json; // it came as JSON
  const content = Array.isArray(answer.content) ? answer.content : [];
  const texts = content.map((part: { type?: unknown; text?: unknown }) =>
    typeof part.text === "string" ? part.text : `[${part.type}]`,
  );
  return texts.join("\n");
}

function wordsFor(error: unknown): string {
  if (isUnreachable(error)) return "The tool cannot be reached right now. Nothing was done.";
  if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) {
    return "The tool did not answer in time. It may have done its work or not.";
  }
  return "The tool failed. It may have done its work or not.";
}

/** Refused before anything was sent. */
function isUnreachable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && (at.code === "ECONNREFUSED" || at.code === "ENOTFOUND")) return true;
  }
  return false;
}
