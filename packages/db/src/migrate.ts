import { fileURLToPath } from "node:url";
import { openDataDir } from "./data-dir.ts";
import { startEmbeddedPostgres } from "./embedded/server.ts";
import { DataDirError, translateError, UnavailableError, UnusableDatabaseError } from "./errors.ts";
import { migrateDatabase } from "./migrate-database.ts";
import { readOrCreateSecret } from "./secret.ts";

/** `pnpm db:migrate`: brings the database up to date and says what it did. */
async function main(): Promise<void> {
  const { env } = process;
  const repository = fileURLToPath(new URL("../../..", import.meta.url));
  const dataDir =
    env.DATABASE_URL && env.BETTER_AUTH_SECRET ? "" : await openDataDir(env.HOLDFAST_DATA_DIR, repository);
  const embedded = env.DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir, log: console.log });
  try {
    const { applied } = await migrateDatabase({
      ownerUrl: env.DATABASE_URL || (embedded?.url ?? ""),
      directUrl: env.DIRECT_DATABASE_URL || undefined,
      secret: env.BETTER_AUTH_SECRET || (await readOrCreateSecret(dataDir)),
      appUrl: env.APP_DATABASE_URL || undefined,
      authUrl: env.AUTH_DATABASE_URL || undefined,
      tasksUrl: env.TASKS_DATABASE_URL || undefined,
    });
    console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
  } finally {
    await embedded?.stop();
  }
}

main().catch((thrown: unknown) => {
  const error = translateError(thrown);
  const said = [DataDirError, UnavailableError, UnusableDatabaseError];
  console.error(error instanceof Error && said.some((type) => error instanceof type) ? error.message : error);
  process.exitCode = 1;
});
