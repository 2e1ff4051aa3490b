import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { clockMs } from "../measure/clock.ts";

/**
 * A provider that speaks the OpenAI protocol and says at a steady rate what time it is: every token is its own
 * timestamp. It is at once the model behind the product and, watched directly, the raw SSE writer that is its floor.
 * The prompt says how: "tokens=500 everyMs=20"; with the word "markdown" it writes what a model would instead.
 */
const server = createServer((request, response) => {
  if (request.url?.endsWith("/models")) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data: [{ id: "clock", object: "model" }] }));
    return;
  }
  if (request.method === "GET") {
    void speak(JSON.stringify({ messages: [{ content: decodeURIComponent(request.url ?? "") }] }), response);
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    void speak(Buffer.concat(chunks).toString(), response);
  });
});

async function speak(body: string, response: ServerResponse): Promise<void> {
  const { messages = [], stream = true } = JSON.parse(body || "{}") as {
    messages?: { content: unknown }[];
    stream?: boolean;
  };
  const prompt = JSON.stringify(messages.at(-1)?.content ?? "");
  const tokens = Number(/tokens=(\d+)/.exec(prompt)?.[1] ?? 20);
  const everyMs = Number(/everyMs=(\d+)/.exec(prompt)?.[1] ?? 5);
  if (!stream) {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        ...envelope,
        object: "chat.completion",
        choices: [{ index: 0, message: { role: "assistant", content: "Clock" }, finish_reason: "stop" }],
      }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.socket?.setNoDelay(true);
  const says = prompt.includes("markdown") ? markdownToken : () => `${clockMs().toFixed(2)} `;
  await writeTokens(response, tokens, everyMs, says);
  response.write(event({ delta: {}, finish_reason: "stop" }));
  response.end("data: [DONE]\n\n");
}

/** Holds its rate over time: a late timer is made up for by the next. */
async function writeTokens(
  response: ServerResponse,
  tokens: number,
  everyMs: number,
  says: (n: number) => string,
): Promise<void> {
  const startedAt = performance.now() + Math.random() * everyMs;
  for (let n = 0; n < tokens && !response.destroyed; n++) {
    const waitMs = startedAt + n * everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    response.write(event({ delta: { role: "assistant", content: says(n) }, finish_reason: null }));
  }
}

const sample = `## The tide

The **harbour** fills twice a day, and a boat that lies at *low water* waits. See [the table](https://example.org/tides).

- First, look at the hour.
- Then at the wind, which \`may\` delay it.

| Hour | Height |
|---|---|
| 06:12 | 4.1 m |
| 12:24 | 0.9 m |

\`\`\`js
const height = (hour) => 2.5 + 1.6 * Math.cos((hour / 12.4) * 2 * Math.PI);
console.log(height(6.2));
\`\`\`

`.split(/(?<=\s)/);

function markdownToken(n: number): string {
  return sample[n % sample.length] ?? " ";
}

const envelope = { id: "clock", created: 0, model: "clock" };

function event(choice: { delta: object; finish_reason: string | null }): string {
  const data = { ...envelope, object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] };
  return `data: ${JSON.stringify(data)}\n\n`;
}

server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
