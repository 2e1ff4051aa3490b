import type { ServerResponse } from "node:http";
import { breakOff, sendJson } from "./fake-provider.ts";
import { type FakeScript, htmlPage, paced, scriptFor, spoken } from "./fake-scripts.ts";

interface ChatRequest {
  model: string;
  messages: { role: string; content: unknown }[];
}

/** `POST /chat/completions`, streaming. */
export async function answerOpenai(body: unknown, response: ServerResponse): Promise<void> {
  const { model, messages } = body as ChatRequest; // a test's mistake shows as a destroyed socket
  const asked = textOf(messages.findLast((message) => message.role === "user")?.content);
  const haveAnswered = messages.at(-1)?.role === "tool";
  const wanted = scriptFor(model, asked);
  const script = wanted.does === "tools" && haveAnswered && wanted.afterwards ? wanted.afterwards : wanted;
  if (refused(script, response)) return;

  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const send = (data: object) =>
    response.write(
      `data: ${JSON.stringify({ id: "chatcmpl-fake", object: "chat.completion.chunk", created: 1, model, ...data })}\n\n`,
    );
  const delta = (part: object, finish: string | null = null) =>
    send({ choices: [{ index: 0, delta: part, finish_reason: finish }] });
  const finish = (reason: string) => {
    delta({}, reason);
    send({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } });
    response.end("data: [DONE]\n\n");
  };

  if (script.does === "hang") return void response.flushHeaders();
  delta({ role: "assistant", content: "" });
  if (script.does === "tools" && !haveAnswered) {
    sendCalls(script.calls, delta);
    return finish("tool_calls");
  }
  const speech =
    script.does === "tools"
      ? { deltas: [`The tools said: ${resultsOf(messages)}`], everyMs: 0 }
      : spoken(script, asked);
  for await (const text of paced(speech)) {
    if (response.destroyed) return;
    delta({ content: text });
  }
  switch (script.does) {
    case "malformed":
      response.write('data: {"choices": [{"delta": {"content": \n\n');
      return finish("stop");
    case "error-chunk":
      response.write(
        `data: ${JSON.stringify({ error: { message: "The server had an error with sk-secret-key", type: "server_error", code: null } })}\n\n`,
      );
      return void response.end();
    case "disconnect":
      return breakOff(response);
    case "no-finish":
      return void response.end("data: [DONE]\n\n");
    case "hang-midway":
      return;
    case "length":
    case "length-at-once":
      return finish("length");
    default:
      return finish("stop");
  }
}

/** The first chunk of a call has its name, the next ones its arguments in pieces; those of parallel calls alternate. */
function sendCalls(calls: { name: string; arguments: string }[], delta: (part: object) => void): void {
  calls.forEach(({ name }, index) => {
    delta({ tool_calls: [{ index, id: `call_fake_${index}`, type: "function", function: { name, arguments: "" } }] });
  });
  const longest = Math.max(...calls.map((call) => call.arguments.length));
  for (let at = 0; at < longest; at += 5) {
    calls.forEach((call, index) => {
      const piece = call.arguments.slice(at, at + 5);
      if (piece !== "") delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    });
  }
}

/** Answers what is no stream at all. */
function refused(script: FakeScript, response: ServerResponse): boolean {
  if (script.does === "status") {
    const headers = script.retryAfter === null ? undefined : { "retry-after": script.retryAfter };
    const error = { message: `Refused with key sk-secret-key (${script.status})`, type: "error", code: null };
    sendJson(response, script.status, { error }, headers);
    return true;
  }
  if (script.does === "refuse-context") {
    const error = {
      message: "This model's maximum context length is 8192 tokens.",
      type: "invalid_request_error",
      code: "context_length_exceeded",
    };
    sendJson(response, 400, { error });
    return true;
  }
  if (script.does === "html" || script.does === "html-200") {
    response.writeHead(script.does === "html" ? 502 : 200, { "content-type": "text/html" }).end(htmlPage);
    return true;
  }
  return false;
}

function resultsOf(messages: ChatRequest["messages"]): string {
  const last = messages.findLastIndex((message) => message.role !== "tool");
  return messages
    .slice(last + 1)
    .map((message) => textOf(message.content))
    .join(" ");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => (typeof part.text === "string" ? part.text : "")).join("\n");
}
