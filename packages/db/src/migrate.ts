import { fileURLToPath } from "node:url";
import { failCommand, withCommandDatabase } from "./command-database.ts";
import { migrateDatabase } from "./migrate-database.ts";

/** `pnpm db:migrate`: brings the database up to date and says what it did. */
async function main(): Promise<void> {
  const repository = fileURLToPath(new URL("../../..", import.meta.url));
  const { applied } = await withCommandDatabase(repository, migrateDatabase, console.log);
  console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
}

main().catch(failCommand);
