import type pg from "pg";

export interface Acknowledged {
  userId: string;
  conversationId: string;
  messageId: string;
  /** Of a send: where its turn failed, what was sent is kept with the turn, which can be tried again. */
  turnId?: string;
  content: string;
  sentAt: number;
  acknowledgedAt: number;
}

export interface Audit {
  acknowledged: number;
  missing: number;
  /** One that was sent after another had been acknowledged, and stands before it. */
  misplaced: number;
  /** Conversations whose positions are not 1…n. */
  gaps: number;
  leftovers: number;
}

/** What the server said it had stored, and whether it had. */
export class Ledger {
  private readonly entries: Acknowledged[] = [];

  add(entry: Acknowledged): void {
    this.entries.push(entry);
  }

  /** Reads everything back from the database, past the server. */
  async audit(owner: pg.Pool): Promise<Audit> {
    const [stored, failed] = [await this.readBack(owner), await this.failedPrompts(owner)];
    const audit: Audit = { acknowledged: this.entries.length, missing: 0, misplaced: 0, gaps: 0, leftovers: 0 };
    const byConversation = groupBy(this.entries);
    for (const entries of byConversation.values()) {
      let last: { position: number; acknowledgedAt: number } | null = null;
      for (const entry of entries.toSorted((a, b) => a.acknowledgedAt - b.acknowledgedAt)) {
        if (failed.get(entry.turnId ?? "") === entry.content) continue;
        const found = stored.get(entry.messageId);
        if (found?.content !== entry.content || found.conversationId !== entry.conversationId) {
          audit.missing++;
          continue;
        }
        if (last && entry.sentAt > last.acknowledgedAt && found.position <= last.position) audit.misplaced++;
        last = { position: found.position, acknowledgedAt: entry.acknowledgedAt };
      }
    }
    const conversations = [...byConversation.keys()];
    audit.gaps = await count(owner, gapsStatement, [conversations]);
    audit.leftovers = await count(
      owner,
      "SELECT (SELECT count(*) FROM turn_chunks) + (SELECT count(*) FROM turns WHERE status = 'running') AS count",
      [],
    );
    return audit;
  }

  private async failedPrompts(owner: pg.Pool): Promise<Map<string, string>> {
    const { rows } = await owner.query<{ id: string; prompt: string }>(
      "SELECT id, prompt FROM turns WHERE status IN ('failed', 'interrupted') AND id = ANY ($1)",
      [this.entries.flatMap((entry) => entry.turnId ?? [])],
    );
    return new Map(rows.map((row) => [row.id, row.prompt]));
  }

  private async readBack(owner: pg.Pool) {
    const { rows } = await owner.query<{ id: string; conversationId: string; position: number; content: string }>(
      `SELECT id, conversation_id AS "conversationId", position, content FROM messages WHERE id = ANY ($1)`,
      [this.entries.map((entry) => entry.messageId)],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}

const gapsStatement = `
  SELECT count(*) FROM (
    SELECT FROM conversations c JOIN messages m ON m.user_id = c.user_id AND m.conversation_id = c.id
    WHERE c.id = ANY ($1) GROUP BY c.id, c.message_count
    HAVING count(*) <> c.message_count OR max(m.position) <> c.message_count OR min(m.position) <> 1
  ) AS broken`;

async function count(owner: pg.Pool, statement: string, values: unknown[]): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(statement, values);
  return Number(rows[0]?.count);
}

function groupBy(entries: Acknowledged[]): Map<string, Acknowledged[]> {
  const groups = new Map<string, Acknowledged[]>();
  for (const entry of entries) {
    const group = groups.get(entry.conversationId);
    if (group) group.push(entry);
    else groups.set(entry.conversationId, [entry]);
  }
  return groups;
}
