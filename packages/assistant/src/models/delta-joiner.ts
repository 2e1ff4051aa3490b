import { limits } from "@holdfast/contract";
import { garbled } from "../failures.ts";

/** Takes the bytes of an event stream, and gives its events on: neighbouring texts as one event, all others as they are. */
export interface DeltaJoiner {
  /** Throws a `TurnError` for an event that is longer than any of an answer. */
  add(bytes: Uint8Array): void;
  /** Sends what is joined up to now. */
  flush(): void;
  /** Sends all that is left, an unfinished event too. */
  end(): void;
}

export function createDeltaJoiner(send: (events: Uint8Array) => void): DeltaJoiner {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  /** Added to and measured, but read only once an end has come: it may be long, and come in many pieces. */
  let unfinished = "";
  /** The last of it, for an end that lies across two pieces. */
  let last = "";
  let joined: TextEvent | null = null;
  let ready = "";

  /** The events that `text` brings to their end. */
  function complete(text: string): string[] {
    const searched = last + text;
    last = searched.slice(-2);
    unfinished += text;
    if (!/\n\r?\n/.test(searched)) return [];
    const events = unfinished.split(/(?<=\r?\n\r?\n)/);
    const rest = events.pop() ?? "";
    const isEnded = /\n\r?\n$/.test(rest);
    if (isEnded) events.push(rest);
    unfinished = isEnded ? "" : rest;
    last = unfinished.slice(-2);
    return events;
  }

  function add(text: string): void {
    for (const event of complete(text)) {
      const said = textEvent(event);
      if (said && joined) joined.choices[0].delta.content += said.choices[0].delta.content;
      else if (said) joined = said;
      else {
        settle();
        ready += event;
      }
    }
    if (unfinished.length > limits.modelEventLength) throw garbled(null);
  }

  function settle(): void {
    if (joined) ready += `data: ${JSON.stringify(joined)}\n\n`;
    joined = null;
  }

  function flush(): void {
    settle();
    if (ready !== "") send(encoder.encode(ready));
    ready = "";
  }

  return {
    add: (bytes) => add(decoder.decode(bytes, { stream: true })),
    flush,
    end() {
      add(decoder.decode());
      settle();
      ready += unfinished;
      unfinished = "";
      flush();
    },
  };
}

interface TextEvent {
  choices: [{ index: 0; delta: { content: string } }];
}

/** The event as an object if all it says is text; null for whatever else, which must not be touched. */
function textEvent(event: string): TextEvent | null {
  const data = /^data: ?([^\r\n]*)\r?\n\r?\n$/.exec(event)?.[1];
  if (!data?.startsWith("{")) return null;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(data);
  } catch {
    return null;
  }
  if (!Array.isArray(said.choices) || said.choices.length !== 1 || said.error || said.usage) return null;
  const [{ index, delta, finish_reason: finished }] = said.choices;
  if (index !== 0 || finished || typeof delta?.content !== "string" || delta.content === "") return null;
  const isText = Object.keys(delta).every((key) => key === "content" || key === "role");
  return isText ? (said as unknown as TextEvent) : null; // as was just seen
}
