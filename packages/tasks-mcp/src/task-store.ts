import type { Task } from "@holdfast/contract";
import { DatabaseError, Pool, type QueryResultRow } from "pg";

export type TaskChange = Partial<Pick<Task, "title" | "description" | "completed">>;

/** The tasks of one person. Null where there is no such task of theirs. */
export interface TaskStore {
  /** Null where the person has as many tasks as there can be. */
  add(task: { title: string; description: string }): Promise<Task | null>;
  /** Open ones first, each oldest first: the order of the person's own list. */
  list(filter: { completed?: boolean; limit: number }): Promise<{ tasks: Task[]; total: number }>;
  update(id: string, change: TaskChange): Promise<Task | null>;
  remove(id: string): Promise<Task | null>;
}

export interface TaskDatabase {
  forUser(userId: string): TaskStore;
  close(): Promise<void>;
}

interface TaskRow extends QueryResultRow {
  id: string;
  title: string;
  description: string;
  completed: boolean;
  created_at: Date;
  updated_at: Date;
}

const columns = "id, title, description, completed, created_at, updated_at";

/** Connects when it is first needed, so that a database that is away for a while does not end the process. */
export function openTaskDatabase(connectionString: string, log: (error: Error) => void): TaskDatabase {
  const pool = new Pool({
    connectionString,
    max: 4,
    connectionTimeoutMillis: 3_000,
    query_timeout: 6_000,
    statement_timeout: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: "holdfast-tasks",
  });
  // A connection that breaks while it is idle; the pool replaces it.
  pool.on("error", log);
  // One may also break between two statements, when nobody listens. The next statement tells.
  pool.on("connect", (client) => client.on("error", () => {}));

  async function rowsAs<R extends QueryResultRow>(userId: string, text: string, values: unknown[]): Promise<R[]> {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      // The policies read it; it ends with the transaction.
      await client.query("SELECT set_config('app.user_id', $1, true)", [userId]);
      const { rows } = await client.query<R>(text, values);
      await client.query("COMMIT");
      return rows;
    } catch (error) {
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    forUser: (userId) => ({
      async add({ title, description }) {
        try {
          const [row] = await rowsAs<TaskRow>(
            userId,
            `INSERT INTO tasks (user_id, title, description) VALUES ($1, $2, $3) RETURNING ${columns}`,
            [userId, title, description],
          );
          if (!row) throw new Error("The insert returned no row");
          return toTask(row);
        } catch (error) {
          if (error instanceof DatabaseError && error.constraint === "tasks_per_person") return null;
          throw error;
        }
      },
      async list({ completed, limit }) {
        const rows = await rowsAs<TaskRow & { total: string }>(
          userId,
          `SELECT ${columns}, count(*) OVER () AS total FROM tasks
           WHERE user_id = $1 AND ($2::boolean IS NULL OR completed = $2) ORDER BY completed, created_at, id LIMIT $3`,
          [userId, completed ?? null, limit],
        );
        return { tasks: rows.map(toTask), total: Number(rows[0]?.total ?? 0) };
      },
      async update(id, { title, description, completed }) {
        const [row] = await rowsAs<TaskRow>(
          userId,
          `UPDATE tasks SET title = coalesce($3, title), description = coalesce($4, description),
             completed = coalesce($5, completed), updated_at = now()
           WHERE user_id = $1 AND id = $2 RETURNING ${columns}`,
          [userId, id, title ?? null, description ?? null, completed ?? null],
        );
        return row ? toTask(row) : null;
      },
      async remove(id) {
        const [row] = await rowsAs<TaskRow>(
          userId,
          `DELETE FROM tasks WHERE user_id = $1 AND id = $2 RETURNING ${columns}`,
          [userId, id],
        );
        return row ? toTask(row) : null;
      },
    }),
    close: () => pool.end(),
  };
}

function toTask(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    completed: row.completed,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
