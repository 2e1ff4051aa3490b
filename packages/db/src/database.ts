import { Connections } from "./connections.ts";
import { DirectConnection } from "./direct-connection.ts";
import { translateError } from "./errors.ts";
import { IdentityConnections } from "./identity-connections.ts";
import { identityStore } from "./identity-store.ts";
import { type MigrateOptions, migrateDatabase } from "./migrate-database.ts";
import { Notices } from "./notices.ts";
import { peopleStore } from "./people.ts";
import { runnerStore } from "./runners.ts";
import type { Database } from "./types.ts";
import { createUserStores } from "./user-store.ts";

export interface DatabaseOptions extends MigrateOptions {
  /** Connections of the application's role for what changes something, 10 where nothing is said; for reading there are 0.6 as many. */
  poolSize?: number;
}

const readyTimeoutMs = 1_000;

/**
 * Migrates the database and opens it. Throws `UnusableDatabaseError`, with a sentence for whoever operates it, where it
 * cannot be used, and `UnavailableError` where it does not answer.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  try {
    const { urls } = await migrateDatabase(options);
    return await connect(urls, options);
  } catch (error) {
    throw translateError(error);
  }
}

async function connect(urls: Database["urls"], { directUrl, poolSize = 10 }: DatabaseOptions): Promise<Database> {
  const prepare = directUrl === undefined;
  const connections = await Connections.open(urls.app, { poolSize, prepare });
  const identity = new IdentityConnections(urls.auth, { prepare });
  const direct = new DirectConnection(directUrl ? withCredentialsOf(urls.app, directUrl) : urls.app);
  const notices = new Notices(connections, direct);
  const runners = runnerStore(connections, direct, notices);
  try {
    await direct.open();
  } catch (error) {
    await connections.close();
    throw error; // identity has not connected yet
  }

  return {
    urls,
    notices,
    runners: runners.store,
    forUser: createUserStores({ connections, notices }),
    identity: identityStore(identity),
    ...peopleStore(connections, identity, notices),

    isReady: () => Promise.race([connections.isReady(readyTimeoutMs), after(readyTimeoutMs)]),

    poolStats: () => connections.stats(),

    async close() {
      await notices.drain();
      await runners.resign().catch(() => {}); // the database may be away; others will see that we are gone
      await direct.close();
      await connections.close();
      await identity.close();
    },
  };
}

/** The serving role on the way that leads past the pooler. */
function withCredentialsOf(url: string, directUrl: string): string {
  const direct = new URL(directUrl);
  const { username, password } = new URL(url);
  direct.username = username;
  direct.password = password;
  return direct.toString();
}

function after(delayMs: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), delayMs).unref();
  });
}
