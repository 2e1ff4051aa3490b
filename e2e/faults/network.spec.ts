import { test } from "@playwright/test";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { endure, type Trouble } from "./fixtures/endure.ts";
import { Network } from "./fixtures/network.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

let postgres: PostgresCluster;
let network: Network;
let server: ServerProcess;
let workload: Workload;

test.beforeAll(async () => {
  postgres = await PostgresCluster.start();
  network = await Network.to(postgres.port);
  server = await serve({ DATABASE_URL: network.route(postgres.url()) });
  workload = await Workload.of(3, server.url, postgres.sql);
});

test.afterAll(async () => {
  await server?.end();
  network?.close();
  await postgres?.destroy();
});

const troubles: Trouble[] = [
  {
    name: "the network to PostgreSQL is cut",
    cause: () => network.cut(),
    lastsMs: 3_000,
    mend: () => network.mend(),
    refuses: "all",
  },
  {
    name: "the network to PostgreSQL stalls",
    cause: () => network.stall(),
    lastsMs: 8_000,
    mend: () => network.mend(),
    refuses: "all",
  },
  {
    name: "the network to PostgreSQL stalls, and then forgets its connections",
    cause: () => network.stall(),
    lastsMs: 8_000,
    mend: () => {
      network.reset();
      network.mend();
    },
    refuses: "all",
  },
  {
    name: "the network to PostgreSQL resets connections again and again",
    cause: async () => {
      for (let n = 0; n < 10; n++) {
        network.reset();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    },
    lastsMs: 0,
    mend: () => network.mend(),
    refuses: "maybe",
  },
  {
    name: "the network to PostgreSQL is slow (200 ms each way)",
    cause: () => network.delay(200),
    lastsMs: 5_000,
    mend: () => network.mend(),
    refuses: "maybe",
  },
];

for (const trouble of troubles) {
  test(`R-OPS-3: ${trouble.name}: who is refused gets a 503 within 5 s, nothing acknowledged is lost, no restart is needed`, async () => {
    await endure(workload, [server], trouble);
  });
}
