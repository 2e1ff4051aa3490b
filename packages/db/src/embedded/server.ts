import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { DataDirError } from "../errors.ts";
import { findBinaries } from "./binaries.ts";
import { databaseName, ownerName, prepareCluster } from "./cluster.ts";
import { choosePlace } from "./places.ts";
import { findPostmaster, freePort, startPostmaster, stopPostmaster } from "./postmaster.ts";

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log(message: string): void;
  /** For tests only: quick, and not durable. */
  forTests?: boolean;
}

export interface EmbeddedPostgres {
  /** The owner's connection string. */
  url: string;
  /** Where the server keeps its files. */
  folder: string;
  /** Stops the server unless another process uses it. May be called more than once. */
  stop(): Promise<void>;
}

/** Held shared by whoever uses the server, and exclusively by who stops it: it dies with its process. */
const usersLock = 4_862_170_003;
const startTimeoutMs = 60_000;

/**
 * The PostgreSQL of a data folder: started, or found running and shared. Whoever leaves last stops it.
 * While it is used here, it is started again if it dies.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await choosePlace(options.dataDir, options.log);
  const binaries = await findBinaries(place.user);
  const cluster = await prepareCluster(options.dataDir, place, binaries, { forTests: options.forTests ?? false });
  let stopping: Promise<void> | null = null;
  let claim = await enter(null);

  function urlOf(port: number): string {
    return `postgres://${ownerName}:${encodeURIComponent(cluster.ownerPassword)}@127.0.0.1:${port}/${databaseName}`;
  }

  /** Joins the server that runs, or starts one; until either has worked. One that cannot be joined is not left behind. */
  async function enter(fixedPort: number | null): Promise<Claim> {
    const deadline = performance.now() + startTimeoutMs;
    let failure = "It did not answer.";
    let startedHere = false;
    let isSaid = false;
    while (performance.now() < deadline) {
      const running = await findPostmaster(cluster.data);
      if (running) {
        const joined = await join(running.port).catch(async (error: unknown) => {
          if (startedHere) await stopPostmaster(cluster.data, place, binaries);
          throw error;
        });
        if (joined) return joined;
        await sleep(50); // it is starting or stopping
      } else {
        const problem = await startPostmaster(cluster.data, fixedPort ?? (await freePort()), place, binaries);
        startedHere = problem === null;
        if (await findPostmaster(cluster.data)) continue;
        failure = problem ?? failure;
        if (!isSaid) options.log(`The embedded PostgreSQL does not start yet; trying again. ${failure}`);
        isSaid = true;
        await sleep(200);
      }
    }
    throw new Error(`The embedded PostgreSQL could not be started. ${failure}`);
  }

  async function join(port: number): Promise<Claim | null> {
    const client = new Client({ connectionString: urlOf(port), connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on("error", () => {}); // the end event follows
    try {
      await client.connect();
      const { rows } = await client.query<{ held: boolean }>("SELECT pg_try_advisory_lock_shared($1) AS held", [
        usersLock,
      ]);
      if (!rows[0]?.held) throw new Error("The server is being stopped.");
    } catch (error) {
      await client.end().catch(() => {}); // it never was connected, perhaps
      const wrongPassword = "28P01";
      if (!(error instanceof DatabaseError) || error.code !== wrongPassword) return null;
      throw new DataDirError(
        `The database in ${place.folder} has another password than the one in ${options.dataDir}/postgres-password: put back the file that belongs to it.`,
      );
    }
    client.once("end", () => void rejoin(port)); // it handles its errors
    return { client, port };
  }

  async function rejoin(port: number): Promise<void> {
    while (stopping === null) {
      await sleep(500);
      if (stopping !== null) return;
      try {
        claim = await enter(port);
        return options.log("The embedded PostgreSQL had ended and was started again.");
      } catch (error) {
        options.log(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async function leave({ client }: Claim): Promise<void> {
    let last = false;
    try {
      const { rows } = await client.query<{ last: boolean }>(
        "SELECT pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) AS last",
        [usersLock],
      );
      last = rows[0]?.last ?? false;
    } catch {
      // It has ended already: nothing is left to be stopped.
    }
    if (last) await stopPostmaster(cluster.data, place, binaries);
    await client.end().catch(() => {}); // the server has closed it
  }

  return {
    url: urlOf(claim.port),
    folder: place.folder,
    stop() {
      stopping ??= leave(claim);
      return stopping;
    },
  };
}

interface Claim {
  client: Client;
  port: number;
}
