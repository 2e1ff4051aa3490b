import { expect, it } from "vitest";
import { joinDeltas } from "./joined-deltas.ts";

const text = (content: string) =>
  `data: ${JSON.stringify({ id: "a", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const toolCall = `data: {"choices":[{"index":0,"delta":{"content":"","tool_calls":[{"index":0,"id":"1"}]}}]}\n\n`;
const finish = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;

function bodyOf(chunks: Uint8Array[], end: (controller: ReadableStreamDefaultController<Uint8Array>) => void) {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      end(controller);
    },
  });
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

/** The text of the events, and the events that are something else, in order. */
function meaning(events: string): string[] {
  const parts: string[] = [];
  for (const event of events.split("\n\n").filter((one) => one !== "")) {
    const said = /^data: \{/.test(event) ? JSON.parse(event.slice(6)).choices[0] : null;
    const isText = said && !said.finish_reason && said.delta.content;
    if (isText && parts.at(-1)?.startsWith("text ")) parts[parts.length - 1] += said.delta.content;
    else parts.push(isText ? `text ${said.delta.content}` : event);
  }
  return parts;
}

it("R-TURN-3: joined tokens say what the tokens said, in their order, however the bytes arrive", async () => {
  const sent = [text("One "), text("boat ⛵️🚤"), toolCall, text("and\n\n"), text("two."), finish].join("");
  const bytes = new TextEncoder().encode(sent);
  for (let size = 1; size <= bytes.length; size++) {
    const count = Math.ceil(bytes.length / size);
    const chunks = Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    for (const intervalMs of [0, 1_000]) {
      const joined = await read(
        joinDeltas(
          bodyOf(chunks, (controller) => controller.close()),
          () => intervalMs,
        ),
      );
      expect(meaning(joined)).toEqual(meaning(sent));
    }
  }
});

it("sends the first token at once, joins the others, and what is no text not at all", async () => {
  const sent = [text("a"), text("b"), text("c"), toolCall, text("d"), finish].map((event) =>
    new TextEncoder().encode(event),
  );
  const joined = await read(
    joinDeltas(
      bodyOf(sent, (controller) => controller.close()),
      () => 1_000,
    ),
  );
  expect(joined.split("\n\n").filter((event) => event.includes('"content":"')).length).toBe(4);
  expect(joined).toContain(toolCall);
  expect(joined).toContain(finish);
});

it("R-TURN-2: a connection that breaks breaks here too, after what it had said", async () => {
  const chunks = [new TextEncoder().encode(text("a")), new TextEncoder().encode(text("b"))];
  let broken: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      broken = controller;
    },
  });
  const reader = joinDeltas(body, () => 5).getReader();
  const said: string[] = [];
  const reading = (async () => {
    for (;;) {
      const { value } = await reader.read();
      said.push(new TextDecoder().decode(value));
      if (said.join("").includes('"b"')) broken?.error(new Error("reset"));
    }
  })();
  await expect(reading).rejects.toThrow("reset");
  expect(meaning(said.join(""))).toEqual(["text ab"]);
});

it("R-TURN-4: a reader that stops stops the provider", async () => {
  let cancelled: unknown = null;
  const body = new ReadableStream<Uint8Array>({
    cancel(reason) {
      cancelled = reason;
    },
  });
  await joinDeltas(body, () => 10).cancel("stopped");
  expect(cancelled).toBe("stopped");
});
