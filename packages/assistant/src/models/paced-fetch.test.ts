import { once } from "node:events";
import { createServer, get, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { joinedEvents, pacedFetch } from "./paced-fetch.ts";
import { finish, meaning, text, toolCall } from "./sent-events.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // an address of TCP, for it listens on a port
}

const eventStream = { "content-type": "text/event-stream" };

async function answerOf(url: string): Promise<IncomingMessage> {
  const [answer] = (await once(get(url), "response")) as [IncomingMessage];
  return answer;
}

/** What arrives, piece by piece; `during` is told of each. */
async function pieces(stream: ReadableStream<Uint8Array>, during: (said: string) => void = () => {}) {
  const decoder = new TextDecoder();
  const read: string[] = [];
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) {
    read.push(decoder.decode(piece));
    during(read.join(""));
  }
  return read;
}

describe("a provider's stream that is read at a measured pace", () => {
  it("R-TURN-3: arrives whole and in order, in far fewer pieces than it was sent in", async () => {
    const words = Array.from({ length: 60 }, (_, n) => text(`${n} `));
    const url = await serve(async (_, res) => {
      res.writeHead(200, eventStream);
      for (const word of words) {
        res.write(word);
        await sleep(2);
      }
      res.write(toolCall);
      res.end(finish);
    });
    const read = await pieces(joinedEvents(await answerOf(url), () => 40));
    expect(meaning(read.join(""))).toEqual(meaning([...words, toolCall, finish].join("")));
    expect(read.length).toBeLessThan(words.length / 3);
  });

  it("R-TURN-2: breaks where the connection breaks, after what it had said", async () => {
    const url = await serve((_, res) => {
      res.writeHead(200, eventStream);
      res.write(text("a"));
      res.write(text("b"), () => setTimeout(() => res.destroy(), 30));
    });
    let said = "";
    const reading = pieces(
      joinedEvents(await answerOf(url), () => 5),
      (all) => {
        said = all;
      },
    );
    await expect(reading).rejects.toThrow(new TypeError("terminated"));
    expect(meaning(said)).toEqual(["text ab"]);
  });

  it("R-TURN-4: stops the provider when its reader stops", async () => {
    let stopped: Promise<unknown> | undefined;
    const url = await serve((_, res) => {
      stopped = once(res, "close");
      res.writeHead(200, eventStream);
      res.write(text("a"));
    });
    const reader = joinedEvents(await answerOf(url), () => 10_000).getReader();
    await reader.read();
    await reader.cancel();
    await stopped;
  });
});

describe("pacedFetch", () => {
  it("sends what it is given, and gives an answer that is no stream as it is", async () => {
    const url = await serve(async (req, res) => {
      const body = (await req.toArray()).join("");
      res.writeHead(418, {
        "content-type": "application/json",
        "x-seen": `${req.method} ${req.headers.authorization}`,
      });
      res.end(body);
    });
    const response = await pacedFetch(url, { method: "POST", headers: { authorization: "Bearer k" }, body: '{"ü":1}' });
    expect([response.status, response.headers.get("x-seen"), await response.json()]).toEqual([
      418,
      "POST Bearer k",
      { ü: 1 },
    ]);
  });

  it("follows a redirect as fetch does", async () => {
    const url = await serve((req, res) => {
      if (req.url === "/") res.writeHead(307, { location: "/there" }).end();
      else res.writeHead(200, eventStream).end(finish);
    });
    expect(await (await pacedFetch(url, { method: "POST", body: "{}" })).text()).toBe(finish);
  });

  it("fails as fetch does where nobody listens, and with its signal's reason", async () => {
    await expect(pacedFetch("http://127.0.0.1:1/")).rejects.toMatchObject({
      message: "fetch failed",
      cause: { code: "ECONNREFUSED" },
    });
    const url = await serve((_, res) => void res.writeHead(200, eventStream).write(text("a")));
    const stopping = new AbortController();
    const { body } = await pacedFetch(url, { signal: stopping.signal });
    const reading = pieces(body as ReadableStream<Uint8Array>, () => stopping.abort("enough"));
    await expect(reading).rejects.toBe("enough");
    await expect(pacedFetch(url, { signal: stopping.signal })).rejects.toBe("enough");
  });

  it("asks again where the server closed the connection that waited for the next request", async () => {
    let requests = 0;
    const url = await serve((req, res) => {
      requests++;
      if (requests === 2) req.socket.destroy();
      else res.writeHead(200, eventStream).end(finish);
    });
    await (await pacedFetch(url, { method: "POST", body: "{}" })).text();
    const again = await pacedFetch(url, { method: "POST", body: "{}" });
    expect([again.status, requests]).toEqual([200, 3]);
  });
});
