import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendStatement } from "./messages.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";
import { discardStatement, forgetChunksStatement, lockTurnStatement, storeStatement } from "./turn-ends.ts";
import { firstStatement, startStatement } from "./turn-starts.ts";

/** What a PostgreSQL of many machines demands of the schema: see docs/scale.md. */
const distributed = ["conversations", "messages", "turns", "turn_chunks", "tasks"];
/** Small, on every machine: what the others refer to. */
const references = ["users", "sessions", "accounts", "verifications"];
/** Of the machine that coordinates. */
const local = ["runners", "rate_limits", "holdfast_migrations"];

let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

interface Key {
  table: string;
  name: string;
  columns: string[];
  target: string | null;
  targetColumns: string[] | null;
}

/** Primary keys, unique constraints and indexes, and foreign keys. */
async function keys(): Promise<Key[]> {
  const columnsOf = (relation: string, numbers: string) =>
    `ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS k (n, i)
       JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.n ORDER BY k.i)`;
  return db.sql<Key & { [column: string]: unknown }>(`
    SELECT i.indrelid::regclass::text AS "table", i.indexrelid::regclass::text AS name,
      ${columnsOf("i.indrelid", "i.indkey::int2[]")} AS columns, NULL AS target, NULL AS "targetColumns"
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT f.conrelid::regclass::text, f.conname::text, ${columnsOf("f.conrelid", "f.conkey")},
      f.confrelid::regclass::text, ${columnsOf("f.confrelid", "f.confkey")}
    FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace`);
}

describe("R-OPS-5: the schema can be spread over many machines by user_id", () => {
  it("every table has its place", async () => {
    const tables = await db.sql<{ name: string }>(
      "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    expect(tables.map(({ name }) => name)).toEqual([...distributed, ...references, ...local].sort());
  });

  it("every distributed table has the column, and it is never null", async () => {
    const rows = await db.sql<{ table: string }>(
      `SELECT attrelid::regclass::text AS "table" FROM pg_attribute
       WHERE attname = 'user_id' AND atttypid = 'uuid'::regtype AND attnotnull AND attrelid = ANY ($1::regclass[])`,
      [distributed],
    );
    expect(rows.map(({ table }) => table).sort()).toEqual([...distributed].sort());
  });

  it("every primary key and unique constraint of a distributed table contains it", async () => {
    const unique = (await keys()).filter(({ table, target }) => distributed.includes(table) && target === null);
    expect(new Set(unique.map(({ table }) => table))).toEqual(new Set(distributed));
    expect(unique.filter(({ columns }) => !columns.includes("user_id"))).toEqual([]);
  });

  it("every foreign key between distributed tables joins on it; the others lead to tables that every machine has", async () => {
    const foreign = (await keys()).filter(({ table, target }) => distributed.includes(table) && target !== null);
    expect(foreign.length).toBeGreaterThan(0);
    const elsewhere = foreign.filter(({ columns, target, targetColumns }) => {
      if (references.includes(target ?? "")) return false;
      const place = columns.indexOf("user_id");
      return !distributed.includes(target ?? "") || place < 0 || targetColumns?.[place] !== "user_id";
    });
    expect(elsewhere).toEqual([]);
  });

  it("no table that every machine has refers to a distributed one", async () => {
    const backwards = (await keys()).filter(({ table, target }) => {
      return !distributed.includes(table) && distributed.includes(target ?? "");
    });
    expect(backwards).toEqual([]);
  });

  it("no distributed table counts by a sequence: all machines would queue for it", async () => {
    const sequences = await db.sql<{ table: string }>(
      `SELECT d.refobjid::regclass::text AS "table" FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       WHERE d.refobjid = ANY ($1::regclass[])`,
      [distributed],
    );
    expect(sequences).toEqual([]);
    const defaults = await db.sql<{ text: string }>(
      `SELECT pg_get_expr(adbin, adrelid) AS text FROM pg_attrdef WHERE adrelid = ANY ($1::regclass[])`,
      [distributed],
    );
    expect(defaults.filter(({ text }) => text.includes("nextval"))).toEqual([]);
  });

  it("every distributed table can be made of hash partitions, with all its keys", async () => {
    for (const table of distributed) {
      await db.sql(`CREATE TABLE parted_${table} (LIKE ${table} INCLUDING ALL) PARTITION BY HASH (user_id)`);
      for (const part of [0, 1]) {
        const bounds = `FOR VALUES WITH (MODULUS 2, REMAINDER ${part})`;
        await db.sql(`CREATE TABLE parted_${table}_${part} PARTITION OF parted_${table} ${bounds}`);
      }
    }
    for (const { table, columns, target, targetColumns } of await keys()) {
      if (!distributed.includes(table) || !target || !targetColumns) continue;
      const to = distributed.includes(target) ? `parted_${target}` : target;
      await db.sql(`ALTER TABLE parted_${table} ADD FOREIGN KEY (${columns}) REFERENCES ${to} (${targetColumns})`);
    }
    for (const table of distributed) await db.sql(`DROP TABLE parted_${table} CASCADE`);
  });

  it("no UPDATE of the hot path calls a volatile function, which machines could not agree on", async () => {
    const volatile = await db.sql<{ name: string }>(
      "SELECT DISTINCT proname::text AS name FROM pg_proc WHERE provolatile = 'v'",
    );
    const names = new Set(volatile.map(({ name }) => name));
    const updates = hotPath().filter(({ text }) => text.includes("UPDATE"));
    expect(updates.length).toBeGreaterThan(3);
    for (const { name, text } of updates) {
      const called = Array.from(text.matchAll(/([a-z_]+)\s*\(/g), ([, called = ""]) => called);
      expect(
        called.filter((each) => names.has(each)),
        name,
      ).toEqual([]);
    }
  });

  it("the hot path filters each of its tables by it, so that one machine does all of the work", () => {
    for (const { name, text } of hotPath()) {
      const tables = distributed.filter((table) => new RegExp(`(FROM|UPDATE|INTO|JOIN) ${table}\\b`, "i").test(text));
      expect(tables.length, name).toBeGreaterThan(0);
      expect(text, name).toMatch(/user_id = \$1|\(user_id/);
    }
  });
});

describe("R-OPS-5: what another engine may lack stands behind one interface", () => {
  it.each([
    ["search, behind UserStore.search", /tsvector|tsquery|ts_rank|ts_headline/, ["search.ts"]],
    ["notices, behind NoticeBoard", /pg_notify|`LISTEN/, ["notices.ts", "runners.ts"]],
  ])("%s", async (_, words, doors) => {
    const folder = new URL(".", import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
    const found: string[] = [];
    for (const name of files) if (words.test(await readFile(new URL(name, folder), "utf8"))) found.push(name);
    expect(found.filter((name) => !/(testing|-scene)\.ts$/.test(name))).toEqual(doors);
  });
});

function hotPath() {
  const [user, other] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
  const input = { turnId: other, prompt: "p", model: "m", title: "t", runner: 1 };
  const turn = { userId: user, turnId: other, runner: 1 };
  const step = { content: "x", toolCalls: [] };
  const failure = { code: "internal" as const, message: "x" };
  return [
    appendStatement(user, other, "user", "x", null),
    startStatement(user, other, input),
    firstStatement(user, other, input),
    lockTurnStatement(user, other),
    storeStatement(turn, { status: "completed", steps: [step], usage: null, cut: false }, [step]),
    discardStatement(turn, { status: "failed", failure, steps: [], usage: null }, []),
    forgetChunksStatement(user, other),
  ];
}
