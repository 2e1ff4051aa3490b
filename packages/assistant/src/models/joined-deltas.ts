/**
 * A provider sends an event for each token, and the AI SDK takes each through five streams and a validation: more than
 * half of what an answer costs. Where many answers run, the tokens of some hundredths of a second are joined before it.
 */

/** Below this many answers at once nothing is joined: there is time for every token. */
const fewAnswers = 20;
const joinMsPerAnswer = 0.75;
const longestMs = 150;

let openAnswers = 0;

/** `fetch` for a provider that speaks OpenAI's protocol. Events that are anything but text pass as they are. */
export async function fetchJoiningDeltas(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!response.body || !isStream) return response;
  const { status, statusText, headers } = response;
  return new Response(joinDeltas(response.body, intervalMs), { status, statusText, headers });
}

function intervalMs(): number {
  return openAnswers < fewAnswers ? 0 : Math.min(openAnswers * joinMsPerAnswer, longestMs);
}

/** The first words leave at once, what follows at most every `intervalMs`; an interval of 0 joins nothing. */
export function joinDeltas(body: ReadableStream<Uint8Array>, intervalMs: () => number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let unfinished = "";
  let joined: TextEvent | null = null;
  let timer: NodeJS.Timeout | null = null;
  let sentAt = Number.NEGATIVE_INFINITY;
  let counted = true;
  openAnswers++;

  function flush(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!joined) return;
    controller.enqueue(encoder.encode(`data: ${JSON.stringify(joined)}\n\n`));
    joined = null;
    sentAt = performance.now();
  }

  function pass(controller: ReadableStreamDefaultController<Uint8Array>, event: string): void {
    const said = textEvent(event);
    if (!said) {
      flush(controller);
      controller.enqueue(encoder.encode(event));
      return;
    }
    if (joined) joined.choices[0].delta.content += said.choices[0].delta.content;
    else joined = said;
    const waitMs = sentAt + intervalMs() - performance.now();
    if (waitMs <= 0) flush(controller);
    else timer ??= setTimeout(() => flush(controller), waitMs);
  }

  async function pump(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const events = (unfinished + decoder.decode(value, { stream: true })).split(/(?<=\r?\n\r?\n)/);
        unfinished = events.pop() ?? "";
        if (/\n\r?\n$/.test(unfinished)) {
          events.push(unfinished);
          unfinished = "";
        }
        for (const event of events) pass(controller, event);
      }
      flush(controller);
      unfinished += decoder.decode();
      if (unfinished !== "") controller.enqueue(encoder.encode(unfinished));
      controller.close();
    } catch (error) {
      flush(controller);
      controller.error(error);
    } finally {
      close();
    }
  }

  function close(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    joined = null;
    if (counted) openAnswers--;
    counted = false;
  }

  return new ReadableStream({
    start(controller) {
      void pump(controller).catch(() => undefined); // it was cancelled, and nobody reads any more
    },
    async cancel(reason) {
      close();
      await reader.cancel(reason);
    },
  });
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
