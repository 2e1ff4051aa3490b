import { Agent, type ClientRequest, request } from "node:http";
import type { Caller } from "./requests.ts";

export interface EventStream {
  /** Resolves with the first event's arrival, rejects if there will be none. */
  opened: Promise<void>;
  close(): void;
}

const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

/** A server-sent event stream; `onData` gets the `data` of every event, joined as the protocol says. */
export function openEventStream(
  port: number,
  path: string,
  caller: Caller,
  onData: (data: string, event: string) => void,
): EventStream {
  let outgoing: ClientRequest | null = null;
  const opened = new Promise<void>((resolve, reject) => connect(1, resolve, reject));
  return { opened, close: () => outgoing?.destroy() };

  /** As a page does: an answer that says "try again in a moment" is followed by another try. */
  function connect(attempt: number, resolve: () => void, reject: (error: Error) => void): void {
    outgoing = request({ port, host: "127.0.0.1", path, agent, headers: headersOf(caller) }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        if (response.statusCode === 503 && attempt < 5) {
          setTimeout(() => connect(attempt + 1, resolve, reject), 1_000);
          return;
        }
        reject(new Error(`The stream was answered with ${response.statusCode}`));
        return;
      }
      response.setEncoding("utf8");
      const parse = eventParser((data, event) => {
        resolve();
        onData(data, event);
      });
      response.on("data", parse);
      response.on("error", reject);
      response.on("end", () => reject(new Error("The stream ended before its first event")));
    });
    outgoing.on("error", reject);
    outgoing.end();
  }
}

function headersOf(caller: Caller): Record<string, string> {
  const lines = caller.headers.split("\r\n").filter((line) => line !== "");
  return Object.fromEntries([
    ["accept", "text/event-stream"],
    ...lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  ]);
}

function eventParser(onEvent: (data: string, event: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      let data = "";
      let event = "";
      for (const line of block.split("\n")) {
        if (line.startsWith("data: ")) data += data === "" ? line.slice(6) : `\n${line.slice(6)}`;
        else if (line.startsWith("event: ")) event = line.slice(7);
      }
      if (data !== "" || event !== "") onEvent(data, event);
    }
  };
}
