export { withCommandDatabase } from "./command-database.ts";
export { openDataDir } from "./data-dir.ts";
export { type DatabaseOptions, openDatabase } from "./database.ts";
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from "./embedded/server.ts";
export type * from "./entities/index.ts";
export {
  ConfigError,
  DataDirError,
  ForbiddenError,
  InvalidCursorError,
  NotFoundError,
  RefusedValueError,
  TurnConflictError,
  TurnRunningError,
  UnavailableError,
  UnusableDatabaseError,
} from "./errors.ts";
export { JsonText, jsonObject, jsonOf } from "./json-text.ts";
export { type MigratedDatabase, type MigrateOptions, migrateDatabase } from "./migrate-database.ts";
export { readOrCreateSecret } from "./secret.ts";
export {
  type DatabaseAddresses,
  type DatabaseSettings,
  loadEnvironment,
  readDatabaseSettings,
} from "./settings.ts";
export type * from "./types.ts";
