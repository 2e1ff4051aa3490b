import type { KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { limits } from "@holdfast/contract";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createTaskServer } from "./task-server.ts";
import type { TaskDatabase } from "./task-store.ts";
import { userOf } from "./tokens.ts";

interface HttpOptions {
  database: TaskDatabase;
  publicKey: KeyObject;
  log(event: string, error: unknown): void;
}

/** MCP over streamable HTTP at `/mcp`, without sessions: each request stands alone and brings its own token. */
export function createHttpServer(options: HttpOptions): Server {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.log("request-failed", error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "Something went wrong.");
    });
  });
  // A client that keeps its connection must not find it closed as it sends.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { database, publicKey, log }: HttpOptions,
): Promise<void> {
  if (request.url?.split("?", 1)[0] !== "/mcp") return refuse(response, 404, "There is nothing here.");
  if (request.method !== "POST") return refuse(response, 405, "Only POST is answered here.", { allow: "POST" });
  const token = /^Bearer (\S+)$/iu.exec(request.headers.authorization ?? "")?.[1];
  let userId: string;
  try {
    userId = await userOf(token, publicKey);
  } catch {
    return refuse(response, 401, "The tool server does not accept this token.", { "www-authenticate": "Bearer" });
  }
  const body = await readJson(request);
  if (body === undefined) return refuse(response, 400, "The body is not JSON, or too large.");

  const server = createTaskServer({ database, caller: async () => userId, log });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.once("close", () => void server.close().catch(() => undefined));
  await server.connect(transport);
  await transport.handleRequest(request, response, body);
}

/** Undefined for what is not JSON or too large. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.bodyBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  const body = { jsonrpc: "2.0", error: { code: -32000, message }, id: null };
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
