import type { Message, TurnView } from "@holdfast/contract";
import { NotFoundError } from "./errors.ts";
import { assertExists } from "./messages.ts";
import { lastTurnStatement, openTurnIn } from "./open-turn.ts";
import type { Statement } from "./pipeline.ts";
import { type MessageRow, message, messageColumns } from "./rows.ts";
import { firstRow, type Scope } from "./scope.ts";
import { type TurnViewRow, turnView, turnViewColumns } from "./turn-rows.ts";
import { startTurn } from "./turn-starts.ts";
import type { TurnState, UserStore } from "./types.ts";

type TurnStore = Pick<
  UserStore,
  "startTurn" | "findTurn" | "findTurnState" | "openTurn" | "runningTurns" | "turnMessages" | "requestStop"
>;

export function turnStore(scope: Scope): TurnStore {
  const { userId, connections, notices } = scope;

  async function views(statement: Statement): Promise<TurnView[]> {
    const [result] = await connections.read<TurnViewRow>(userId, statement);
    return (result?.rows ?? []).map(turnView);
  }

  async function findTurn(turnId: string): Promise<TurnView> {
    const [turn] = await views(turnStatement(userId, turnId));
    if (!turn) throw missingTurn();
    return turn;
  }

  return {
    startTurn: (input) => startTurn(scope, input),
    findTurn,

    async findTurnState(turnId) {
      const [result] = await connections.read<TurnState>(userId, {
        name: "turn-state",
        text: `SELECT status, runner, stop_requested AS "stopRequested" FROM turns WHERE user_id = $1 AND id = $2`,
        values: [userId, turnId],
      });
      const state = firstRow(result);
      if (!state) throw missingTurn();
      return state;
    },

    async openTurn(conversationId) {
      const [last] = await connections.read<TurnViewRow>(userId, lastTurnStatement(userId, conversationId));
      if (!last?.rowCount) await assertExists(scope, conversationId);
      return openTurnIn(last);
    },

    runningTurns: () => views(runningStatement(userId)),

    async turnMessages(turnId) {
      const [result] = await connections.read<MessageRow & { conversation_id: string }>(
        userId,
        turnMessagesStatement(userId, turnId),
      );
      const messages: Message[] = (result?.rows ?? []).map((row) => message(row, row.conversation_id));
      if (messages.length === 0) await findTurn(turnId);
      return messages;
    },

    async requestStop(turnId) {
      const [result] = await connections.write(userId, {
        name: "turn-stop",
        text: "UPDATE turns SET stop_requested = true WHERE user_id = $1 AND id = $2 AND status = 'running'",
        values: [userId, turnId],
      });
      if (result?.rowCount) {
        notices.publish({ type: "turn-stop", userId, turnId });
        return true;
      }
      await findTurn(turnId);
      return false;
    },
  };
}

function missingTurn(): NotFoundError {
  return new NotFoundError("There is no such turn.");
}

export function turnStatement(userId: string, turnId: string): Statement {
  return {
    name: "turn-find",
    text: `SELECT ${turnViewColumns} FROM turns t WHERE t.user_id = $1 AND t.id = $2`,
    values: [userId, turnId],
  };
}

export function runningStatement(userId: string): Statement {
  return {
    name: "turns-running",
    text: `SELECT ${turnViewColumns} FROM turns t WHERE t.user_id = $1 AND t.status = 'running' ORDER BY t.started_at`,
    values: [userId],
  };
}

export function turnMessagesStatement(userId: string, turnId: string): Statement {
  return {
    name: "turn-messages",
    text: `SELECT ${messageColumns.replaceAll(/(\w+)/g, "m.$1")}, m.conversation_id FROM turns t JOIN messages m
             ON m.user_id = t.user_id AND m.conversation_id = t.conversation_id
             AND m.position BETWEEN t.first_position AND t.last_position
           WHERE t.user_id = $1 AND t.id = $2 ORDER BY m.position`,
    values: [userId, turnId],
  };
}
