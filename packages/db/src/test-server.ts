import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/server.ts";

/** One server for all tests of all packages, whichever of them runs first. */
let running: Promise<EmbeddedPostgres> | null = null;
let claims = 0;

export interface TestServer {
  /** Of a role that may make databases. */
  url: string;
  release(): Promise<void>;
}

/** The server that `DATABASE_URL` names, or an embedded one that ends with the last test that uses it. */
export async function claimTestServer(): Promise<TestServer> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, release: async () => {} };
  claims++;
  running ??= start();
  try {
    const { url } = await running;
    return { url, release };
  } catch (error) {
    running = null;
    claims--;
    throw error;
  }
}

async function start(): Promise<EmbeddedPostgres> {
  const dataDir = join(tmpdir(), `holdfast-test-server-${process.getuid?.() ?? "user"}`);
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  return startEmbeddedPostgres({ dataDir, log: () => {}, forTests: true });
}

async function release(): Promise<void> {
  if (--claims > 0 || !running) return;
  const server = running;
  running = null;
  await (await server).stop();
}

let claimOfRun: TestServer | null = null;

/** As vitest's `globalSetup`: keeps the server for the whole run. Without it, it may end between two test files. */
export async function setup(): Promise<void> {
  claimOfRun = await claimTestServer();
}

export async function teardown(): Promise<void> {
  await claimOfRun?.release();
}
