import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { noTools } from "@holdfast/assistant";
import { createScriptedAssistant, type ScriptedAssistantOptions } from "@holdfast/assistant/testing";
import type { Database } from "@holdfast/db";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { afterAll, beforeAll } from "vitest";
import type { Api, ApiOptions } from "../api.ts";
import { createApi } from "../http/create-api.ts";
import { Browser } from "./browser.ts";
import { quiet } from "./test-engine.ts";

export const testSecret = "the secret of the tests, long enough for a key";

export interface TestServer {
  api: Api;
  /** Without a slash at the end. */
  url: string;
  /** A browser of its own: cookies, and the Origin that goes with them. */
  browser(): Browser;
  stop(): Promise<void>;
}

type Script = ScriptedAssistantOptions["script"];
type Options = Partial<Omit<ApiOptions, "db" | "assistant">> & { script?: Script };

/** A database and the API on it, for the tests of one file: there from the first of them on. */
export function serveTests(options: Options = {}): { db: TestDatabase; server: TestServer } {
  const used = {} as { db: TestDatabase; server: TestServer }; // filled before any test runs
  beforeAll(async () => {
    used.db = await openTestDatabase();
    used.server = await startTestServer(used.db, options);
  });
  afterAll(async () => {
    await used.server.stop();
    await used.db.close();
  });
  return used;
}

/** The API behind a real HTTP server, as `apps/web` serves it. */
export async function startTestServer(db: Database, options: Options = {}): Promise<TestServer> {
  const { script = (asked) => `You said: ${asked}`, ...rest } = options;
  const api = await createApi({
    db,
    assistant: createScriptedAssistant({ script }),
    openTools: () => noTools,
    secret: testSecret,
    appUrl: null,
    trustProxy: false,
    limits: { sendsPerMinute: 0, signInsPerMinute: 0, requestsPerMinute: 0, streams: 0 },
    log: quiet,
    ...rest,
  });
  const server = createServer((req, res) => {
    void api.handle(req, res).then((answered) => {
      if (!answered) res.writeHead(404).end();
    });
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    api,
    url,
    browser: () => new Browser(url, rest.appUrl ?? url),
    async stop() {
      await api.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port; // bound to a port, by the line above
}
