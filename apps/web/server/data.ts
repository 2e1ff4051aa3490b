import {
  type Database,
  openDatabase,
  openDataDir,
  readOrCreateSecret,
  startEmbeddedPostgres,
  UnavailableError,
} from "@holdfast/db";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Lifecycle } from "./lifecycle.ts";

const retryMs = 2_000;

export interface Data {
  db: Database;
  secret: string;
  /** For the person who starts it: where what is written is kept. */
  place: string;
}

/**
 * The database, migrated: the one of DATABASE_URL, or the embedded one. A server that does not answer is waited for, because it
 * may come up after us; `onWait` is called once. Whatever else is wrong with it throws.
 */
export async function openData(
  config: Config,
  repository: string,
  lifecycle: Lifecycle,
  log: Logger,
  onWait: () => Promise<void>,
): Promise<Data> {
  if (!config.database) {
    const dataDir = await openDataDir(config.dataDir, repository);
    const secret = config.secret ?? (await readOrCreateSecret(dataDir));
    const postgres = await startEmbeddedPostgres({ dataDir, log: (message) => log.info(message) });
    lifecycle.onEnd("embedded PostgreSQL", () => postgres.stop());
    const db = await openDatabase({ ownerUrl: postgres.url, secret });
    lifecycle.onEnd("database", () => db.close());
    return { db, secret, place: placesOf(dataDir, postgres.folder) };
  }
  const { database } = config;
  const secret = config.secret ?? (await readOrCreateSecret(await openDataDir(config.dataDir, repository)));
  const db = await whenReachable(() => openDatabase({ ...database, secret }), lifecycle.signal, log, onWait);
  lifecycle.onEnd("database", () => db.close());
  return { db, secret, place: `PostgreSQL at ${placeOf(database.ownerUrl)}` };
}

async function whenReachable<T>(
  open: () => Promise<T>,
  signal: AbortSignal,
  log: Logger,
  onWait: () => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UnavailableError)) throw error;
      if (attempt === 1) await onWait();
      log.warn({ attempt, retryMs, reason: error.reason }, "the database cannot be reached; trying again");
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      signal.throwIfAborted();
    }
  }
}

/** The database may have to live elsewhere, where the user it runs as can reach it. */
function placesOf(dataDir: string, folder: string): string {
  return folder.startsWith(dataDir) ? dataDir : `${folder} and ${dataDir}`;
}

/** The address without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
