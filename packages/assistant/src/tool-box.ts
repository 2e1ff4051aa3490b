import type { Json } from "@holdfast/contract";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import type { ToolBox, ToolDescription } from "./types.ts";

export interface ToolBoxOptions {
  /** Of the MCP endpoint; asked before each connection, for a restarted server may have another. */
  url: string | (() => string);
  /** A fresh token; asked for with each request. */
  token(): Promise<string>;
  /** How long a call may take. */
  timeoutMs?: number;
  /** How long to wait for a server that is being restarted. */
  reconnectMs?: number;
}

/**
 * The tools of an MCP server over streamable HTTP, for whoever the token names. Connects on first use. Calls run one after the other,
 * in the order they are made: what is asked for as a list must come to be in that order.
 */
export function connectToolBox(options: ToolBoxOptions): ToolBox {
  const { timeoutMs = 15_000, reconnectMs = 3_000 } = options;
  const urlNow = () => (typeof options.url === "string" ? options.url : options.url());
  let connection: { client: Promise<Client>; url: string } | null = null;
  let described: ToolDescription[] | null = null;
  let lastCall: Promise<unknown> = Promise.resolve();

  function connected(signal: AbortSignal): Promise<Client> {
    const url = urlNow();
    if (connection?.url !== url) {
      disconnect();
      connection = { client: connect(url, options.token, timeoutMs, signal), url };
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
  async function reaching<T>(signal: AbortSignal, use: (client: Client) => Promise<T>): Promise<T> {
    const until = performance.now() + reconnectMs;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      try {
        return await use(await connected(signal));
      } catch (error) {
        disconnect();
        signal.throwIfAborted();
        if (!isUnreachable(error) || performance.now() + pauseMs > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        signal.throwIfAborted();
      }
    }
  }

  async function callNow(name: string, args: Json, signal: AbortSignal): ReturnType<ToolBox["call"]> {
    try {
      const request = { name, arguments: args as Record<string, unknown> };
      const answer = await reaching(signal, (client) =>
        client.callTool(request, undefined, { signal, timeout: timeoutMs }),
      );
      return { result: resultOf(answer), status: answer.isError === true ? "failed" : "completed" };
    } catch (error) {
      signal.throwIfAborted();
      return { result: wordsFor(error), status: "failed" };
    }
  }

  return {
    async list(signal) {
      described ??= await reaching(signal, async (client) => {
        const { tools } = await client.listTools(undefined, { signal, timeout: timeoutMs });
        return tools.map((tool) => ({
          name: tool.name,
          description: tool.description ?? "",
          inputSchema: tool.inputSchema,
        }));
      });
      return described;
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

async function connect(
  url: string,
  token: () => Promise<string>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: async (input, init) => {
      // The stream of unasked messages, which a server without sessions has none of.
      if (init?.method === "GET") return new Response(null, { status: 405 });
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${await token()}`);
      return fetch(input, { ...init, headers });
    },
  });
  const client = new Client({ name: "holdfast", version: "1.0.0" });
  await client.connect(transport, { signal, timeout: timeoutMs });
  return client;
}

function resultOf(answer: { [key: string]: unknown }): Json {
  if (answer.structuredContent !== undefined) return answer.structuredContent as Json; // it came as JSON
  const content = Array.isArray(answer.content) ? answer.content : [];
  return content
    .map((part: { type?: unknown; text?: unknown }) => (typeof part.text === "string" ? part.text : `[${part.type}]`))
    .join("\n");
}

function wordsFor(error: unknown): string {
  if (isUnreachable(error)) return "The tool cannot be reached right now. Nothing was done.";
  if (error instanceof McpError && error.code === ErrorCode.RequestTimeout) {
    return "The tool did not answer in time. It may have done its work or not.";
  }
  if (error instanceof McpError && error.code === ErrorCode.InvalidParams)
    return "The tool does not know this request. Nothing was done.";
  return "The tool failed. It may have done its work or not.";
}

/** Refused before anything was sent. */
function isUnreachable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && (at.code === "ECONNREFUSED" || at.code === "ENOTFOUND")) return true;
  }
  return false;
}
