import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { pino } from "pino";
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";
import { createRequestListener } from "./request-listener.ts";

it.each(["OPTIONS *", "GET http://other.example/new"])("R-API-3: %s is no address of ours, and a 400", async (line) => {
  const server = createServer(
    createRequestListener({
      api: { handle: async () => false },
      staticAssets: () => false,
      pages: async () => {
        throw new Error("no page is asked for");
      },
      ending: () => false,
      https: false,
      log: pino({ level: "silent" }),
      metrics: createMetrics(),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("close", () => resolve(text));
  });
  server.close();
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(JSON.parse(answer.split("\r\n\r\n")[1]?.replace(/^[^{]*|[^}]*$/g, "") ?? "")).toEqual({
    error: { code: "BAD_REQUEST", message: expect.any(String), requestId: expect.any(String), issues: [] },
  });
});
