import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerAnthropic } from "./fake-anthropic.ts";
import { answerOpenai } from "./fake-openai.ts";
import { fakeModels } from "./fake-scripts.ts";

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed, where it was JSON. */
  body: unknown;
}

export interface FakeProvider {
  port: number;
  /** For `openai.baseUrl` and `anthropic.baseUrl`. */
  baseUrl: string;
  /** All that were received, in order. */
  requests: RecordedRequest[];
  stop(): Promise<void>;
}

/**
 * A real server that speaks OpenAI's chat completions and Anthropic's messages, both streaming.
 * What it does is chosen by the model's id or by a directive in the last message of the person: see `fake-scripts.ts`.
 */
export async function startFakeProvider({
  port = 0,
  host = "127.0.0.1",
}: {
  port?: number;
  host?: string;
} = {}): Promise<FakeProvider> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void handle(request, response, requests).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo; // it listens on a port
  return {
    port: address.port,
    baseUrl: `http://${host}:${address.port}/v1`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, requests: RecordedRequest[]): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fake");
  const body = parse(await read(request));
  requests.push({ method: request.method ?? "GET", path: url.pathname, headers: request.headers, body });
  if (request.method === "GET" && url.pathname.endsWith("/models")) {
    const data = fakeModels.map((id) => ({
      id,
      object: "model",
      type: "model",
      display_name: id,
      created: 1_700_000_000,
      owned_by: "fake",
    }));
    return sendJson(response, 200, { object: "list", data, has_more: false });
  }
  if (request.method === "POST" && url.pathname.endsWith("/chat/completions")) return answerOpenai(body, response);
  if (request.method === "POST" && url.pathname.endsWith("/messages")) return answerAnthropic(body, response);
  sendJson(response, 404, { error: { message: "not found", type: "not_found" } });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? null : text;
  }
}

/** Cuts the connection, after what was said has gone. */
export function breakOff(response: ServerResponse): void {
  response.write(": all that was said is on its way\n\n", () => setTimeout(() => response.destroy(), 20));
}
