import { once } from "node:events";
import type pg from "pg";
import { from } from "pg-copy-streams";

/** Writes rows of already escaped text by COPY. */
export async function copyRows(client: pg.Client, table: string, rows: Iterable<string>): Promise<void> {
  const stream = client.query(from(`COPY ${table} FROM STDIN`));
  const finished = once(stream, "finish");
  finished.catch(() => undefined); // it may fail while nobody waits for it yet; it is awaited at the end
  let buffered = "";
  for (const row of rows) {
    buffered += `${row}\n`;
    if (buffered.length < 262_144) continue;
    const hasRoom = stream.write(buffered);
    buffered = "";
    if (!hasRoom) await Promise.race([once(stream, "drain"), finished]);
  }
  stream.end(buffered);
  await finished;
}

/** Escapes for COPY's text format: what our passages contain is line breaks and backslashes. */
export function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
