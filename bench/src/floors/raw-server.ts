import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";

/** The floor of every read: node:http, a pool, named statements, JSON.stringify, and nothing else. */
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: Number(process.env["POOL_SIZE"]) });

const columns = `id, conversation_id AS "conversationId", role, content, tool_calls AS "toolCalls", created_at AS "createdAt"`;
const summary = `id, title, created_at AS "createdAt", updated_at AS "updatedAt", model, message_count AS "messageCount",
  read_position AS "readPosition", pinned_at AS "pinnedAt", forked_from AS "forkedFrom"`;

const statements = {
  history: `SELECT ${columns} FROM messages WHERE user_id = $1 AND conversation_id = $2 ORDER BY position`,
  page: `SELECT ${columns}, position FROM messages WHERE user_id = $1 AND conversation_id = $2 ORDER BY position DESC LIMIT 50`,
  list: `SELECT ${summary}, EXISTS (SELECT FROM turns t WHERE t.user_id = c.user_id AND t.conversation_id = c.id AND t.status = 'running') AS running
    FROM conversations c WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT 30`,
} as const;

const server = createServer((request, response) => {
  const [, name, ...values] = (request.url ?? "").split("/");
  if (name !== "history" && name !== "page" && name !== "list") {
    response.writeHead(404).end();
    return;
  }
  void answer(name, values, response).catch(() => response.writeHead(500).end());
});

async function answer(name: keyof typeof statements, values: string[], response: ServerResponse): Promise<void> {
  const { rows } = await pool.query({ name, text: statements[name], values });
  const body = JSON.stringify(rows);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
}

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
