import { limits } from "@holdfast/contract";
import type { QueryResult } from "pg";
import { messageCursor, parseMessageCursor } from "./cursors.ts";
import { NotFoundError } from "./errors.ts";
import { assertExists, type FoundRow, messageStatement, newestStatement } from "./messages.ts";
import { lastTurnStatement, openTurnIn } from "./open-turn.ts";
import type { Statement } from "./pipeline.ts";
import { type PlacedRow, placedColumns, placedMessage } from "./rows.ts";
import { firstRow, type Scope } from "./scope.ts";
import { type TurnRow, type TurnViewRow, turnColumns, turnSummary } from "./turn-rows.ts";
import type { MessagePage, UserStore } from "./types.ts";

/** A page asks for one message more than it shows at each end that it may have a neighbour at. */
interface Page {
  older: Statement | null;
  olderLimit: number;
  newer: Statement | null;
  newerLimit: number;
  turns: Statement;
}

/** Pages by position, in both directions, each with the turns that have their place on it and the open one. One round trip. */
export function messagePages(scope: Scope): UserStore["pageOfMessages"] {
  const { userId, connections } = scope;

  return async (conversationId, { limit, cursor, around }) => {
    if (around !== undefined) {
      const center = await positionOf(conversationId, around);
      return read(conversationId, pageAround(userId, conversationId, center, limit), { cut: false });
    }
    if (cursor === undefined) {
      return read(conversationId, pageBefore(userId, conversationId, null, limit), { cut: false });
    }
    const { direction, position } = parseMessageCursor(cursor);
    return direction === "older"
      ? read(conversationId, pageBefore(userId, conversationId, position, limit), { cut: true })
      : read(conversationId, pageAfter(userId, conversationId, position, limit), { cut: false });
  };

  /** `cut`: newer messages are known to follow, because the cursor came from them. */
  async function read(conversationId: string, page: Page, { cut }: { cut: boolean }): Promise<MessagePage> {
    const last = lastTurnStatement(userId, conversationId);
    const sent = [page.turns, last, page.older, page.newer].filter((statement) => statement !== null);
    const results = await connections.read(userId, ...sent);
    // In the order sent.
    const [turns, lastTurn, ...sides] = results as [
      QueryResult<TurnRow>,
      QueryResult<TurnViewRow>,
      ...QueryResult<PlacedRow>[],
    ];
    const older = page.older ? (sides.shift()?.rows ?? []) : [];
    const newer = page.newer ? (sides.shift()?.rows ?? []) : [];
    const rows = [...older.slice(0, page.olderLimit).reverse(), ...newer.slice(0, page.newerLimit)];
    if (rows.length === 0) await assertExists(scope, conversationId);
    const first = rows[0]?.position ?? 0;
    const end = rows.at(-1)?.position ?? 0;
    const hasOlder = page.older ? older.length > page.olderLimit : first > 1;
    const hasNewer = cut || newer.length > page.newerLimit;
    const shown = turns.rows.filter(
      (turn) => (turn.last_position ?? turn.first_position) >= first && (!hasNewer || turn.first_position <= end),
    );
    return {
      messages: rows.map((row) => placedMessage(row, conversationId)),
      turns: shown.map(turnSummary),
      olderCursor: hasOlder ? messageCursor({ direction: "older", position: first }) : null,
      openTurn: openTurnIn(lastTurn),
      newerCursor: hasNewer && rows.length > 0 ? messageCursor({ direction: "newer", position: end }) : null,
    };
  }

  async function positionOf(conversationId: string, messageId: string): Promise<number> {
    const [found] = await connections.read<FoundRow>(userId, messageStatement(userId, messageId));
    const row = firstRow(found);
    if (row?.conversation_id === conversationId) return row.position;
    await assertExists(scope, conversationId);
    throw new NotFoundError("There is no such message in the conversation.");
  }
}

function pageBefore(userId: string, conversationId: string, before: number | null, limit: number): Page {
  return {
    older: newestStatement(userId, conversationId, before ?? limits.position, limit + 1),
    olderLimit: limit,
    newer: null,
    newerLimit: 0,
    turns: turnsStatement(
      userId,
      conversationId,
      before === null ? null : before - limit,
      before ?? limits.position,
      limit,
    ),
  };
}

function pageAfter(userId: string, conversationId: string, after: number, limit: number): Page {
  return {
    older: null,
    olderLimit: 0,
    newer: followingStatement(userId, conversationId, after, limit + 1),
    newerLimit: limit,
    turns: turnsStatement(userId, conversationId, after + 1, limits.position, limit),
  };
}

function pageAround(userId: string, conversationId: string, center: number, limit: number): Page {
  const olderLimit = Math.floor(limit / 2);
  const newerLimit = limit - olderLimit; // the message itself is the first of them
  return {
    older: newestStatement(userId, conversationId, center, olderLimit + 1),
    olderLimit,
    newer: followingStatement(userId, conversationId, center - 1, newerLimit + 1),
    newerLimit,
    turns: turnsStatement(userId, conversationId, center - olderLimit, limits.position, limit),
  };
}

export function followingStatement(userId: string, conversationId: string, after: number, limit: number): Statement {
  return {
    name: "message-following",
    text: `SELECT ${placedColumns} FROM messages
           WHERE user_id = $1 AND conversation_id = $2 AND position > $3 ORDER BY position LIMIT $4`,
    values: [userId, conversationId, after, limit],
  };
}

/**
 * From the turn that `from` lies in (null: the first position of the newest page), at most as many positions as a page
 * can show. Turns that stored nothing share a position with what follows them. Both bounds are whole subqueries: under a policy
 * only such go into the index, and anything computed around them would be asked of every turn of the conversation.
 */
export function turnsStatement(
  userId: string,
  conversationId: string,
  from: number | null,
  before: number,
  limit: number,
): Statement {
  return {
    name: "turns-of-page",
    text: `WITH page AS MATERIALIZED (
             SELECT coalesce($3::int, message_count - $5::int + 1) AS from_position FROM conversations
             WHERE user_id = $1 AND id = $2
           )
           SELECT ${turnColumns} FROM turns t
           WHERE t.user_id = $1 AND t.conversation_id = $2 AND t.first_position < $4
             AND t.first_position <= (SELECT from_position + $5::int FROM page)
             AND t.first_position >= (SELECT coalesce((
               SELECT earlier.first_position FROM turns earlier
               WHERE earlier.user_id = $1 AND earlier.conversation_id = $2
                 AND earlier.first_position <= (SELECT from_position FROM page)
               ORDER BY earlier.first_position DESC LIMIT 1
             ), 0))
           ORDER BY t.first_position, t.started_at`,
    values: [userId, conversationId, from, before, limit],
  };
}
