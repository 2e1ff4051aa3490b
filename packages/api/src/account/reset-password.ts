import { randomBytes } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openDatabase, openDataDir, readOrCreateSecret, startEmbeddedPostgres } from "@holdfast/db";
import { hashPassword } from "better-auth/crypto";
import pg from "pg";

/** From `dist/account` as from `src/account`. */
const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/**
 * Gives an account a new password and ends its sessions. Returns the password, or null where nobody has this address.
 * `authUrl` is the connection string of the role that may write passwords.
 */
export async function resetPassword(authUrl: string, email: string): Promise<string | null> {
  const password = randomBytes(12).toString("base64url");
  const client = new pg.Client({ connectionString: authUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<{ id: string }>(
      "select id from users where lower(email) = lower($1) and not is_anonymous for update",
      [email],
    );
    const userId = rows[0]?.id;
    if (userId === undefined) return null;
    const updated = await client.query(
      "update accounts set password = $2, updated_at = now() where user_id = $1 and provider_id = 'credential'",
      [userId, await hashPassword(password)],
    );
    if (updated.rowCount === 0) {
      await client.query(
        `insert into accounts (id, user_id, account_id, provider_id, password)
         values (gen_random_uuid(), $1, $1::text, 'credential', $2)`,
        [userId, await hashPassword(password)],
      );
    }
    await client.query("delete from sessions where user_id = $1", [userId]);
    await client.query("select pg_notify('holdfast', $1)", [JSON.stringify({ type: "sessions-changed", userId })]);
    await client.query("commit");
    return password;
  } finally {
    await client.end();
  }
}

/** The operator's command: the database is found as `npm start` finds it. */
async function main(email: string | undefined): Promise<void> {
  if (!email) throw new Error("Say whose password to reset: node packages/api/dist/account/reset-password.js EMAIL");
  const { DATABASE_URL, APP_DATABASE_URL, AUTH_DATABASE_URL, TASKS_DATABASE_URL, HOLDFAST_DATA_DIR } = process.env;
  const dataDir = await openDataDir(HOLDFAST_DATA_DIR, repository);
  const secret = process.env.BETTER_AUTH_SECRET || (await readOrCreateSecret(dataDir));
  if (DATABASE_URL && AUTH_DATABASE_URL) return report(email, await resetPassword(AUTH_DATABASE_URL, email));
  const postgres = DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir, log: () => {} });
  try {
    const urls = { appUrl: APP_DATABASE_URL, authUrl: AUTH_DATABASE_URL, tasksUrl: TASKS_DATABASE_URL };
    const db = await openDatabase({ ownerUrl: postgres?.url ?? DATABASE_URL ?? "", secret, ...urls });
    try {
      report(email, await resetPassword(db.urls.auth, email));
    } finally {
      await db.close();
    }
  } finally {
    await postgres?.stop();
  }
}

function report(email: string, password: string | null): void {
  if (password === null) throw new Error(`Nobody is registered as ${email}.`);
  console.log(`The new password of ${email} is\n\n  ${password}\n\nAll of their sessions have ended.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
