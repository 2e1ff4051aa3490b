import type { ServerResponse } from "node:http";
import { breakOff, sendJson } from "./fake-provider.ts";
import { htmlPage, paced, scriptFor, spoken } from "./fake-scripts.ts";

interface Block {
  type: string;
  text?: string;
  content?: unknown;
}

interface MessagesRequest {
  model: string;
  messages: { role: string; content: string | Block[] }[];
}

/** `POST /v1/messages`, streaming. */
export async function answerAnthropic(body: unknown, response: ServerResponse): Promise<void> {
  const { model, messages } = body as MessagesRequest; // a test's mistake shows as a destroyed socket
  const asked =
    messages
      .flatMap((message) => (message.role === "user" ? [textOf(message.content)] : []))
      .findLast((text) => text !== "") ?? "";
  const results = resultsOf(messages.at(-1)?.content);
  const wanted = scriptFor(model, asked);
  const script = wanted.does === "tools" && results !== null && wanted.afterwards ? wanted.afterwards : wanted;

  if (script.does === "status" || script.does === "refuse-context") {
    const status = script.does === "status" ? script.status : 400;
    const retryAfter = script.does === "status" ? script.retryAfter : null;
    const message =
      script.does === "status"
        ? "Refused with key sk-ant-secret-key"
        : "prompt is too long: 250000 tokens > 200000 maximum";
    return sendJson(
      response,
      status,
      { type: "error", error: { type: "some_error", message } },
      retryAfter === null ? {} : { "retry-after": retryAfter },
    );
  }
  if (script.does === "html" || script.does === "html-200") {
    return void response.writeHead(script.does === "html" ? 502 : 200, { "content-type": "text/html" }).end(htmlPage);
  }

  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (type: string, data: object = {}) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const finish = (reason: string) => {
    send("message_delta", { delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 20 } });
    send("message_stop");
    response.end();
  };

  if (script.does === "hang") return void response.flushHeaders();
  const usage = { input_tokens: 100, output_tokens: 1 };
  send("message_start", {
    message: {
      id: "msg_fake",
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });
  if (script.does === "tools" && results === null) {
    script.calls.forEach(({ name, arguments: args }, index) => {
      send("content_block_start", {
        index,
        content_block: { type: "tool_use", id: `toolu_fake_${index}`, name, input: {} },
      });
      for (let at = 0; at < args.length; at += 5) {
        send("content_block_delta", {
          index,
          delta: { type: "input_json_delta", partial_json: args.slice(at, at + 5) },
        });
      }
      send("content_block_stop", { index });
    });
    return finish("tool_use");
  }

  send("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  const speech =
    script.does === "tools" ? { deltas: [`The tools said: ${results}`], everyMs: 0 } : spoken(script, asked);
  for await (const text of paced(speech)) {
    if (response.destroyed) return;
    send("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
  }
  switch (script.does) {
    case "malformed":
      response.write('event: content_block_delta\ndata: {"type":"content_block_delta","index":0,\n\n');
      break;
    case "error-chunk":
      send("error", { error: { type: "api_error", message: "Internal error with sk-ant-secret-key" } });
      return void response.end();
    case "disconnect":
      return breakOff(response);
    case "no-finish":
      return void response.end();
    case "hang-midway":
      return;
  }
  send("content_block_stop", { index: 0 });
  finish(script.does === "length" || script.does === "length-at-once" ? "max_tokens" : "end_turn");
}

function textOf(content: string | Block[]): string {
  if (typeof content === "string") return content;
  return content
    .map((block) => (block.type === "text" ? (block.text ?? "") : ""))
    .join("\n")
    .trim();
}

/** What the tools answered, if that is what the last message brings. */
function resultsOf(content: string | Block[] | undefined): string | null {
  if (content === undefined || typeof content === "string") return null;
  const results = content.filter((block) => block.type === "tool_result");
  return results.length === 0
    ? null
    : results
        .map((block) => (typeof block.content === "string" ? block.content : JSON.stringify(block.content)))
        .join(" ");
}
