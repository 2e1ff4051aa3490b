import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { createAssistant } from "./assistant.ts";
import { startFakeProvider } from "./testing/fake-provider.ts";
import { finishTurn } from "./testing/turns.ts";
import type { Log } from "./types.ts";

const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

it.each([
  ["1", "in 1 second."],
  ["119.5", "in 120 seconds."],
  ["600", "in 10 minutes."],
  ["20000", "in 6 hours."],
  ["99999999999999999999999", "tomorrow."],
  ["9".repeat(400), "tomorrow."],
  ["Wed, 21 Oct 2015 07:28:00 GMT", "in 1 second."],
  ["Wed, 21 Oct 2215 07:28:00 GMT", "tomorrow."],
  ["soon", "in a moment."],
])("R-TURN-2: a model that is busy for %s says in words of people when to try again", async (retryAfter, words) => {
  const provider = await startFakeProvider();
  const assistant = createAssistant({ openai: { baseUrl: provider.baseUrl }, log });
  const { outcome } = await finishTurn(assistant, { model: "openai/fake-echo", prompt: `[429 ${retryAfter}]` });
  expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_busy" } });
  expect(outcome.status === "failed" && outcome.failure.message).toMatch(new RegExp(`Try again ${words}$`));
  await assistant.close();
  await provider.stop();
});

it("R-OPS-4: what a provider answered is an error with its status or the network's code, which the log can tell", async () => {
  const provider = await startFakeProvider();
  const { baseUrl } = provider;
  const assistant = createAssistant({ openai: { baseUrl, models: ["fake-echo"] }, log });
  const causeOf = async (prompt: string) => {
    const { outcome } = await finishTurn(assistant, { model: "openai/fake-echo", prompt });
    return outcome.status === "failed" ? outcome.cause : null;
  };
  const refused = await causeOf("[429 600]");
  expect(refused).toBeInstanceOf(Error);
  expect(refused).toMatchObject({ name: "AI_APICallError", message: "status 429" });
  await provider.stop();
  const away = await causeOf("hi");
  expect(away).toBeInstanceOf(Error);
  expect(away).toMatchObject({ name: "AI_APICallError", code: "ECONNREFUSED" });
  await assistant.close();
});

it.each([
  ["a key that is refused", 401, "{}", "The list of models was answered with status 401"],
  ["a page of somebody else's", 200, "<p>sk-private</p>", "The list of models is not in the expected form"],
])("R-OPS-4: why models could not be listed is logged: %s", async (_, status, body, message) => {
  const server = createServer((_req, res) => res.writeHead(status).end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  const warnings: object[] = [];
  const warn = (fields: object) => void warnings.push(fields);
  const assistant = createAssistant({ openai: { baseUrl: `http://127.0.0.1:${port}/v1` }, log: { ...log, warn } });
  await assistant.models();
  expect(warnings).toEqual([{ provider: "openai", err: expect.objectContaining({ message }) }]);
  await assistant.close();
  server.close();
});

it("R-TURN-7: an event without an end is given up as no answer, and nobody else waits meanwhile", async () => {
  const { port, wasCut, stop } = await startEndless();
  const openai = { baseUrl: `http://127.0.0.1:${port}/v1`, models: ["one"] };
  const assistant = createAssistant({ openai, log });
  const begun = process.cpuUsage();
  const { outcome } = await finishTurn(assistant, { model: "openai/one", prompt: "hi" });
  const { user, system } = process.cpuUsage(begun);
  expect(outcome).toMatchObject({ status: "failed", failure: { code: "model_garbled" } });
  expect((user + system) / 1e6).toBeLessThan(2);
  await wasCut;
  await assistant.close();
  await stop();
});

/** A server that sends one event without an end, until it is cut. */
async function startEndless() {
  let cut: () => void;
  const wasCut = new Promise<void>((resolve) => {
    cut = resolve;
  });
  const server = createServer((_, res) => {
    const block = "y".repeat(65_536);
    const send = () => {
      while (!res.destroyed && res.write(block));
    };
    res.on("drain", send).on("close", () => cut());
    res.writeHead(200, { "content-type": "text/event-stream" }).write('data: {"x":"');
    send();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.address() as AddressInfo).port, wasCut, stop };
}
