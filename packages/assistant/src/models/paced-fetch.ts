import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { createDeltaJoiner } from "./delta-joiner.ts";

/** Below this many answers at once every token is read as it comes: there is time for each. */
const fewAnswers = 20;
const waitMsPerAnswer = 0.75;
const longestWaitMs = 150;

let openAnswers = 0;

/**
 * `fetch` for a provider that speaks OpenAI's protocol. A provider sends each token by itself, and each costs a read of its
 * socket, and then the AI SDK's five streams and a validation: most of what an answer costs. Where many answers run, a socket is
 * read only every few hundredths of a second, so that the kernel gathers what comes meanwhile, and the words of one read become
 * one event. `fetch` itself reads as fast as it can, hence `node:http`. Redirects are left to it.
 */
export async function pacedFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  if (input instanceof Request || (init.body && typeof init.body !== "string")) return fetch(input, init);
  const answer = await exchange(new URL(input), init, true);
  const { statusCode: status = 0, statusMessage: statusText, headers } = answer;
  if (status >= 300 && status < 400) {
    answer.destroy();
    return fetch(input, init);
  }
  const said = { status, statusText, headers: toHeaders(answer) };
  if (!headers["content-type"]?.startsWith("text/event-stream")) return new Response(wholeBody(answer, init), said);
  return new Response(joinedEvents(answer, waitMs, init.signal), said);
}

function waitMs(): number {
  return openAnswers < fewAnswers ? 0 : Math.min(openAnswers * waitMsPerAnswer, longestWaitMs);
}

function exchange(url: URL, { method, headers, body, signal }: RequestInit, again: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sending: ClientRequest = send(url, {
      method: method ?? "GET",
      headers: { accept: "*/*", ...Object.fromEntries(new Headers(headers)) },
      ...(signal && { signal }),
    });
    sending.on("response", resolve);
    sending.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed a connection that waited, in the moment in which it was used again: nothing was sent by it.
      const isStale = again && sending.reusedSocket && error.code === "ECONNRESET";
      if (isStale) exchange(url, { method, headers, body, signal } as RequestInit, false).then(resolve, reject);
      else reject(signal?.aborted ? signal.reason : new TypeError("fetch failed", { cause: error }));
    });
    sending.end(body ?? undefined);
  });
}

/** The body of an event stream, its words joined as they are read. Read on only while somebody wants more, and not before its time. */
export function joinedEvents(
  answer: IncomingMessage,
  waitMs: () => number,
  signal?: AbortSignal | null,
): ReadableStream<Uint8Array> {
  let resting: NodeJS.Timeout | null = null;
  let ended = false;
  openAnswers++;

  function close(): void {
    if (ended) return;
    ended = true;
    openAnswers--;
    if (resting) clearTimeout(resting);
    resting = null;
  }

  function rest(): void {
    const ms = waitMs();
    if (ms === 0 || resting || answer.complete) return;
    answer.socket.pause();
    resting = setTimeout(() => {
      resting = null;
      answer.socket.resume();
    }, ms);
  }

  return new ReadableStream({
    start(controller) {
      const joiner = createDeltaJoiner((events) => controller.enqueue(events));
      let isGathering = false;
      answer.on("data", (bytes: Buffer) => {
        if (ended) return;
        try {
          joiner.add(bytes);
        } catch (error) {
          close();
          answer.destroy();
          return controller.error(error);
        }
        if ((controller.desiredSize ?? 0) <= 0) answer.pause();
        if (isGathering) return;
        isGathering = true;
        // All that one read of the socket brings comes in one go; it is sent on together.
        setImmediate(() => {
          isGathering = false;
          if (ended) return;
          joiner.flush();
          rest();
        });
      });
      answer.on("end", () => {
        if (ended) return;
        close();
        joiner.end();
        controller.close();
      });
      answer.on("error", (error) => {
        if (ended) return;
        close();
        joiner.flush();
        controller.error(signal?.aborted ? signal.reason : new TypeError("terminated", { cause: error }));
      });
    },
    pull() {
      answer.resume();
    },
    cancel() {
      close();
      answer.destroy();
    },
  });
}

function wholeBody(answer: IncomingMessage, { method }: RequestInit): ReadableStream<Uint8Array> | null {
  const hasNone = method === "HEAD" || answer.statusCode === 204;
  return hasNone ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>); // Node's type of the same stream
}

function toHeaders(answer: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}
