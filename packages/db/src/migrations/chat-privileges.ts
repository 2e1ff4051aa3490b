import type { RoleNames } from "../roles.ts";
import { functionSignatures } from "./chat-functions.ts";
import { currentUserId } from "./sql.ts";

/** The application reads and writes only what is the current user's, and never changes or deletes a message. */
export function chatPrivileges({ owner, app, auth, tasks }: RoleNames): string {
  const policies = ["conversations", "messages", "turns", "turn_chunks"].map(
    (table) => `
      ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
      ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
      CREATE POLICY ${table}_owner ON ${table} TO "${owner}" USING (true) WITH CHECK (true);
      CREATE POLICY ${table}_own ON ${table} TO "${app}"
        USING (user_id = ${currentUserId}) WITH CHECK (user_id = ${currentUserId});`,
  );
  const functions = [...grants(functionSignatures.app, app), ...grants(functionSignatures.auth, auth)];
  return `
    ${policies.join("\n")}
    GRANT SELECT, INSERT, UPDATE, DELETE ON conversations, turns, turn_chunks, runners TO "${app}";
    GRANT SELECT, INSERT ON messages TO "${app}";
    REVOKE ALL ON conversations, messages, turns, turn_chunks, runners FROM "${auth}", "${tasks}";
    ${functions.join("\n")}
  `;
}

export function grants(signatures: readonly string[], role: string): string[] {
  return signatures.map(
    (signature) => `
      REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION ${signature} TO "${role}";`,
  );
}
