import type { QueryResult } from "pg";
import type { Connections } from "./connections.ts";
import { ForbiddenError, NotFoundError } from "./errors.ts";
import type { Notices } from "./notices.ts";

/** What the stores of one person have in common. */
export interface Scope {
  userId: string;
  connections: Connections;
  notices: Notices;
}

export function firstRow<Row extends object>(result: QueryResult<Row> | undefined): Row | undefined {
  return result?.rows[0];
}

/** Why a conversation was not found among the caller's: it is somebody else's, or nobody's. */
export async function missingConversation(scope: Scope, id: string): Promise<NotFoundError | ForbiddenError> {
  const result = await scope.connections.query<{ exists: boolean }>({
    name: "conversation-exists",
    text: "SELECT conversation_exists($1) AS exists",
    values: [id],
  });
  return firstRow(result)?.exists
    ? new ForbiddenError("The conversation is somebody else's.")
    : new NotFoundError("There is no such conversation.");
}
