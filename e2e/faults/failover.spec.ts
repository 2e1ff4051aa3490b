import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import type { ServerProcess } from "../fixtures/server-process.ts";
import { endure } from "./fixtures/endure.ts";
import { Network } from "./fixtures/network.ts";
import { PostgresCluster } from "./fixtures/postgres-cluster.ts";
import { postgresPrograms } from "./fixtures/postgres-programs.ts";
import { serve } from "./fixtures/serve.ts";
import { Workload } from "./fixtures/workload.ts";

test.skip(!postgresPrograms, "needs PostgreSQL's programs (PG_BIN)");

test("R-OPS-3: the primary is killed under load, its synchronous replica takes over: two servers go on by themselves, nothing acknowledged is lost", async () => {
  const primary = await PostgresCluster.start();
  const replica = await primary.replicate("standby");
  await primary.set("synchronous_standby_names", "standby");
  await expect(async () => {
    expect(await primary.sql("SELECT sync_state FROM pg_stat_replication")).toEqual([{ sync_state: "sync" }]);
  }).toPass();
  // The one address that the servers know: what an address that moves, HAProxy or a managed server's name is elsewhere.
  const address = await Network.to(primary.port);
  const DATABASE_URL = address.route(primary.url());
  const servers: ServerProcess[] = await Promise.all([serve({ DATABASE_URL }), serve({ DATABASE_URL })]);
  try {
    let now = primary;
    const workload = await Workload.of(3, servers[0]?.url ?? "", (text, values) => now.sql(text, values));
    await endure(workload, servers, {
      name: "the primary is killed, its replica takes over",
      cause: async () => {
        await primary.kill();
        address.cut();
        await sleep(500);
        await replica.promote();
        address.leadTo(replica.port);
        now = replica;
      },
      lastsMs: 0,
      mend: () => address.mend(),
      refuses: "maybe",
    });
    for (const { url } of servers) expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
  } finally {
    await Promise.all(servers.map((server) => server.end()));
    address.close();
    await replica.destroy();
    await primary.destroy();
  }
});
