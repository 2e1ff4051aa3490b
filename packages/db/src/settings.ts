import nextEnv from "@next/env";
import { Client } from "pg";
import { ConfigError } from "./errors.ts";
import type { ServingRole } from "./roles.ts";

/** What the server and every command read of the environment to find the database, and by the same rules. */
export interface DatabaseSettings {
  /** Null: the embedded PostgreSQL. */
  database: DatabaseAddresses | null;
  /** Null: made once and kept in the data folder. */
  secret: string | null;
  /** Null: `.holdfast` in the repository, or where it can be written. */
  dataDir: string | null;
}

export interface DatabaseAddresses {
  /** Of the database's owner. */
  ownerUrl: string;
  /** Past a pooler, where `ownerUrl` leads through one in transaction mode. */
  directUrl?: string | undefined;
  /** Where the roles were made by hand: then none is made or changed here. All of them or none. */
  servingUrls?: Record<ServingRole, string> | undefined;
}

type Environment = Record<string, string | undefined>;

/** Adds to the environment what `.env` and its kin in the repository say, where it does not say so itself. */
export function loadEnvironment(repository: string): void {
  const dev = process.env.NODE_ENV === "development";
  nextEnv.loadEnvConfig(repository, dev, { info: () => {}, error: (...args) => console.error(...args) });
}

/** An empty variable counts as unset. Throws `ConfigError`. */
export function readDatabaseSettings(env: Environment): DatabaseSettings {
  const database = readAddresses(env);
  const secret = given(env, "BETTER_AUTH_SECRET");
  if (secret !== undefined && secret.length < 16) {
    throw new ConfigError(
      "BETTER_AUTH_SECRET must have at least 16 characters, better 32 at random (`openssl rand -base64 32`).",
    );
  }
  // One that is made up here would give the roles other passwords, and lock out every server of the database.
  if (database && secret === undefined && env.NODE_ENV !== "development") {
    throw new ConfigError(
      "BETTER_AUTH_SECRET must be set where DATABASE_URL is: every server and command of one database needs the same (try `openssl rand -base64 32`).",
    );
  }
  return { database, secret: secret ?? null, dataDir: given(env, "HOLDFAST_DATA_DIR") ?? null };
}

function readAddresses(env: Environment): DatabaseAddresses | null {
  const ownerUrl = addressIn(env, "DATABASE_URL");
  const directUrl = addressIn(env, "DIRECT_DATABASE_URL");
  const servingUrls = readServingUrls(env);
  if (ownerUrl !== undefined) return { ownerUrl, directUrl, servingUrls };
  const alone = directUrl !== undefined ? "DIRECT_DATABASE_URL" : servingUrls ? "APP_DATABASE_URL" : null;
  if (alone !== null) throw new ConfigError(`DATABASE_URL must be set where ${alone} is.`);
  return null;
}

function readServingUrls(env: Environment): Record<ServingRole, string> | undefined {
  const app = addressIn(env, "APP_DATABASE_URL");
  const auth = addressIn(env, "AUTH_DATABASE_URL");
  const tasks = addressIn(env, "TASKS_DATABASE_URL");
  if (app !== undefined && auth !== undefined && tasks !== undefined) return { app, auth, tasks };
  const named = Object.entries({ APP_DATABASE_URL: app, AUTH_DATABASE_URL: auth, TASKS_DATABASE_URL: tasks });
  const missing = named.find(([, url]) => url === undefined)?.[0];
  const present = named.find(([, url]) => url !== undefined)?.[0];
  if (present === undefined) return undefined;
  throw new ConfigError(`${missing} must be set where ${present} is: all three roles are made by hand, or none.`);
}

function addressIn(env: Environment, name: string): string | undefined {
  const url = given(env, name);
  if (url === undefined) return undefined;
  const problem = problemOf(url);
  if (problem !== null) throw new ConfigError(`${name} ${problem}.`);
  return url;
}

/** pg reads an address, and the files that it names, as it makes a client: what fails there would fail at each attempt. */
function problemOf(url: string): string | null {
  const form = "must be a PostgreSQL address, such as postgres://user:password@host:5432/holdfast";
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return form;
  try {
    new Client({ connectionString: url });
    const { username, password, pathname } = new URL(url);
    decodeURIComponent(username + password + pathname); // as TypeORM does
    return null;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException; // node's own errors carry them
    return path ? `must name files that can be read; ${path} cannot be (${code})` : form;
  }
}

function given(env: Environment, name: string): string | undefined {
  return env[name]?.trim() ? env[name] : undefined;
}
