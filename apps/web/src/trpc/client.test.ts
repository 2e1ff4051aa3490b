import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AppRouter } from "@holdfast/api";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { expect, it } from "vitest";
import { errorCode } from "./client";

it("R-OPS-3: what is answered in the shape of REST, before tRPC has it, is known by its code; other answers by none", async () => {
  const bodies = ['{"error":{"code":"UNAVAILABLE","message":"Busy.","requestId":"r"}}', "<h1>Bad gateway</h1>", "null"];
  const server = createServer((_, res) => {
    res.writeHead(503, { "content-type": "application/json" }).end(bodies.shift());
  });
  server.listen(0);
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo; // it listens on a port
    const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `http://127.0.0.1:${port}` })] });
    const codes: (string | null)[] = [];
    while (bodies.length > 0) codes.push(await client.account.me.query().then(() => "none", errorCode));
    expect(codes).toEqual(["UNAVAILABLE", null, null]);
  } finally {
    server.close();
  }
});
