import type { TurnView } from "@holdfast/contract";
import { type Database, NotFoundError } from "@holdfast/db";
import type { TurnEngine } from "../turns/turn-engine.ts";

/** The turns of a person that run now, anywhere, each with all that those who listen have been told of it. */
export async function runningTurns(
  db: Database,
  turns: Pick<TurnEngine, "local">,
  userId: string,
): Promise<TurnView[]> {
  const user = db.forUser(userId);
  const running = await user.runningTurns();
  // One that ran here and has ended meanwhile said its last words to those who listened then.
  const views = running.map((turn) => turns.local(userId, turn.id) ?? user.findTurn(turn.id).catch(nullIfAbsent));
  return (await Promise.all(views)).filter((view) => view !== null);
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}
