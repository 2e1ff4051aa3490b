/** Something that a turn says: a piece of text, a call of a tool, or its result. */
interface TurnEvent {
  type: "text" | "tool-call" | "tool-result";
  delta?: string;
}

/** Sends a message over REST and gives the answer as it is written. Nothing is needed but fetch. */
export async function* streamAnswer(
  url: string,
  token: string,
  userId: string,
  message: string,
): AsyncGenerator<string> {
  const response = await fetch(`${url}/api/${userId}/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ message }),
  });
  if (!response.ok || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  let given = 0;
  for await (const { event, data } of serverSentEvents(response.body)) {
    if (event === "ended" && data.status !== "completed") throw new Error(`the turn ended as ${data.status}`);
    // `turn` has all that was said up to now, which of a quick answer is all of it; `chunk` what came after.
    const text = event === "turn" ? textOf(data.steps).slice(given) : event === "chunk" ? newTextOf(data.events) : "";
    given += text.length;
    if (text !== "") yield text;
  }
}

function textOf(steps: { content: string }[]): string {
  return steps.map((step) => step.content).join("");
}

function newTextOf(events: TurnEvent[]): string {
  return events.map((said) => (said.type === "text" ? (said.delta ?? "") : "")).join("");
}

async function* serverSentEvents(body: ReadableStream<Uint8Array>) {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined) yield { event: field("event") ?? "message", data: JSON.parse(data) };
    }
  }
}
