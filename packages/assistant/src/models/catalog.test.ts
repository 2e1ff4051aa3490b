import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import { createAssistant } from "../assistant.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

it("a model's server that hangs is waited for once, and not for ever; when it is asked again, nobody waits", async () => {
  const asked: ServerResponse[] = [];
  const hanging = createServer((_, response) => asked.push(response)).listen(0, "127.0.0.1");
  await once(hanging, "listening");
  const { port } = hanging.address() as AddressInfo; // it listens on a port
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const assistant = createAssistant({ openai: { baseUrl: `http://127.0.0.1:${port}/v1` }, log });
  const models = async () => (await assistant.models()).map(({ id }) => id);

  const first = models();
  await expect.poll(() => asked.length).toBe(1);
  collectGarbage(); // which must not take the limit of the time with it
  expect(await first).toEqual(["built-in"]);

  const aMinuteLater = performance.now() + 60_000;
  const clock = vi.spyOn(performance, "now").mockReturnValue(aMinuteLater);
  expect(await models()).toEqual(["built-in"]);
  clock.mockRestore();
  // Had anybody waited for the answer, it would have been given up before it comes.
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.end(JSON.stringify({ data: [{ id: "late" }] }));
  await expect.poll(models).toEqual(["openai/late", "built-in"]);

  await assistant.close();
  hanging.closeAllConnections();
  hanging.close();
}, 15_000);
