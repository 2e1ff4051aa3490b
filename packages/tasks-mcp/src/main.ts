import type { AddressInfo } from "node:net";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createHttpServer } from "./http.ts";
import { createTaskServer } from "./task-server.ts";
import { openTaskDatabase } from "./task-store.ts";
import { readPublicKey, userOf } from "./tokens.ts";

/**
 * The tool server's process. Environment: `TASKS_DATABASE_URL`, `TASKS_TOKEN_PUBLIC_KEY`, and `HOST` and `PORT` (0: any free one).
 * Says `{"port":…}` on stdout when it is ready. `--stdio` speaks MCP there instead, for the person that `TASKS_TOKEN` names.
 * `--with-parent` ends it when its stdin closes, and only then: a signal to the whole process group must not take the tools from turns that still run.
 */
const database = openTaskDatabase(required("TASKS_DATABASE_URL"), (error) => log("connection-lost", error));
const publicKey = readPublicKey(required("TASKS_TOKEN_PUBLIC_KEY"));

if (process.argv.includes("--stdio")) {
  // Checked with each call, so that a session does not outlive its token.
  const caller = () => userOf(process.env.TASKS_TOKEN, publicKey);
  const server = createTaskServer({ database, caller, log });
  server.onclose = () => void database.close();
  await server.connect(new StdioServerTransport());
} else {
  const server = createHttpServer({ database, publicKey, log });
  const stop = () => {
    server.close(() => void database.close().finally(() => process.exit(0)));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 2_000).unref();
  };
  server.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo; // it listens on a port
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  });
  const withParent = process.argv.includes("--with-parent");
  if (withParent) process.stdin.once("end", stop).once("close", stop).resume();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, withParent ? () => undefined : stop);
}

function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  process.stderr.write(`${name} is not set\n`);
  process.exit(1);
}

/** One line of JSON on stderr: the kind of error and PostgreSQL's code, never a value. */
function log(event: string, error: unknown): void {
  const { name, code } =
    error instanceof Error ? (error as Error & { code?: unknown }) : { name: typeof error, code: undefined };
  process.stderr.write(`${JSON.stringify({ event, error: name, code })}\n`);
}
