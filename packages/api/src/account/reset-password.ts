import { randomBytes } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Database, openDatabase, openDataDir, readOrCreateSecret, startEmbeddedPostgres } from "@holdfast/db";
import { hashPassword } from "better-auth/crypto";

/** From `dist/account` as from `src/account`. */
const repository = fileURLToPath(new URL("../../../../", import.meta.url));

/** Gives an account a new password and ends its sessions. Returns the password, or null where nobody has this address. */
export async function resetPassword(db: Database, email: string): Promise<string | null> {
  const password = randomBytes(12).toString("base64url");
  const userId = await db.identity.setPassword(email, await hashPassword(password));
  if (userId === null) return null;
  db.notices.publish({ type: "sessions-changed", userId });
  return password;
}

/** The operator's command: the database is found as `npm start` finds it. */
async function main(email: string | undefined): Promise<void> {
  if (!email) throw new Error("Say whose password to reset: node packages/api/dist/account/reset-password.js EMAIL");
  const { DATABASE_URL, APP_DATABASE_URL, AUTH_DATABASE_URL, TASKS_DATABASE_URL, DIRECT_DATABASE_URL } = process.env;
  const { HOLDFAST_DATA_DIR, BETTER_AUTH_SECRET } = process.env;
  const dataDir = await openDataDir(HOLDFAST_DATA_DIR, repository);
  const secret = BETTER_AUTH_SECRET || (await readOrCreateSecret(dataDir));
  const postgres = DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir, log: () => {} });
  try {
    const db = await openDatabase({
      ownerUrl: postgres?.url ?? DATABASE_URL ?? "",
      appUrl: APP_DATABASE_URL,
      authUrl: AUTH_DATABASE_URL,
      tasksUrl: TASKS_DATABASE_URL,
      directUrl: DIRECT_DATABASE_URL,
      secret,
    });
    try {
      report(email, await resetPassword(db, email));
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
