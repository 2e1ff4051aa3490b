import type { DataSource } from "typeorm";

/** All that can be said of a table, and its rows; for telling whether something changed it. */
export interface TableDescription {
  columns: unknown[];
  constraints: unknown[];
  indexes: unknown[];
  policies: unknown[];
  triggers: unknown[];
  grants: unknown[];
  rows: unknown[];
}

/** For tests of migrations. */
export async function describeTables(
  source: DataSource,
  tables: readonly string[],
): Promise<Record<string, TableDescription>> {
  const described: Record<string, TableDescription> = {};
  for (const table of tables) described[table] = await describeTable(source, table);
  return described;
}

async function describeTable(source: DataSource, table: string): Promise<TableDescription> {
  const list = (sql: string): Promise<unknown[]> =>
    source.query(sql.replaceAll("$table", `'public.${table}'::regclass`));
  return {
    columns: await list(
      `SELECT attname, atttypid::regtype::text, atttypmod, attnotnull, attacl::text, pg_get_expr(adbin, adrelid) AS default
       FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = $table AND attnum > 0 ORDER BY attnum`,
    ),
    constraints: await list(
      "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $table ORDER BY conname",
    ),
    indexes: await list(
      "SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = $table ORDER BY 1",
    ),
    policies: await list(
      `SELECT polname, polcmd, polroles::regrole[]::text AS roles, pg_get_expr(polqual, polrelid) AS using,
         pg_get_expr(polwithcheck, polrelid) AS checks FROM pg_policy WHERE polrelid = $table ORDER BY polname`,
    ),
    // Foreign keys of other tables that lead here put triggers of their own on it: those are theirs.
    triggers: await list(
      "SELECT tgname, pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = $table AND NOT tgisinternal ORDER BY tgname",
    ),
    grants: await list(
      "SELECT relacl::text AS acl, relrowsecurity, relforcerowsecurity, relowner::regrole::text AS owner FROM pg_class WHERE oid = $table",
    ),
    rows: await list(`SELECT xmin::text, t.* FROM ${table} t ORDER BY id`),
  };
}
