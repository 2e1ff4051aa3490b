import { openDataDir } from "./data-dir.ts";
import { startEmbeddedPostgres } from "./embedded/server.ts";
import { ConfigError, DataDirError, translateError, UnavailableError, UnusableDatabaseError } from "./errors.ts";
import type { MigrateOptions } from "./migrate-database.ts";
import { readOrCreateSecret } from "./secret.ts";
import { loadEnvironment, readDatabaseSettings } from "./settings.ts";

/**
 * For a command of the operator: the database as the server finds it, by the environment and the repository's `.env`; the
 * embedded one runs until `work` is done. Throws `ConfigError` before anything is touched.
 */
export async function withCommandDatabase<T>(
  repository: string,
  work: (options: MigrateOptions) => Promise<T>,
  log: (message: string) => void,
): Promise<T> {
  loadEnvironment(repository);
  const { database, secret, dataDir } = readDatabaseSettings(process.env);
  if (database && secret !== null) return work({ ...database, secret });
  const folder = await openDataDir(dataDir, repository);
  const kept = secret ?? (await readOrCreateSecret(folder));
  if (database) return work({ ...database, secret: kept });
  const embedded = await startEmbeddedPostgres({ dataDir: folder, log });
  try {
    return await work({ ownerUrl: embedded.url, secret: kept });
  } finally {
    await embedded.stop();
  }
}

/** Ends the command with a sentence for whoever operates it; with all that is known of what nobody foresaw. */
export function failCommand(thrown: unknown): void {
  const error = translateError(thrown);
  const said = [ConfigError, DataDirError, UnusableDatabaseError];
  if (error instanceof UnavailableError) console.error(`The database cannot be reached: ${error.reason}.`);
  else console.error(error instanceof Error && said.some((type) => error instanceof type) ? error.message : error);
  process.exitCode = 1;
}
