import { randomBytes } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Database, openDatabase, withCommandDatabase } from "@holdfast/db";
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
  await withCommandDatabase(
    repository,
    async (options) => {
      const db = await openDatabase(options);
      try {
        report(email, await resetPassword(db, email));
      } finally {
        await db.close();
      }
    },
    () => {},
  );
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
