import type { TestedDatabase } from "../fixtures/database.ts";

const answer = `Done: all three are on your list, in the order you gave. Sorting by author needs one comparison; \`localeCompare\` puts accents and capitals where a reader expects them.

\`\`\`typescript
const byAuthor = books.toSorted((a, b) =>
  a.author.localeCompare(b.author, "en")); // leaves books as it was
\`\`\`

Two by one author? Add \`|| a.title.localeCompare(b.title)\`.`;

const books = ["The Summer Book, Tove Jansson", "The Rings of Saturn, W. G. Sebald", "Stoner, John Williams"];

/** Somebody who has been here for a while: what one sees of them is a winter of reading. */
export async function furnish({ sql }: TestedDatabase, userId: string, conversationId: string): Promise<void> {
  const calls = books.map((title, index) => ({
    id: `call-${index}`,
    name: "add_task",
    arguments: { title },
    result: { task: { title, completed: false } },
    status: "completed",
  }));
  await sql("delete from turns where conversation_id = $1", [conversationId]);
  await sql("update conversations set title = 'Reading list for the winter' where id = $1", [conversationId]);
  const [{ count } = { count: 0 }] = await sql<{ count: number }>(
    "select message_count::int count from conversations where id = $1",
    [conversationId],
  );
  const messages: [role: string, content: string, toolCalls: unknown][] = [
    [
      "user",
      "Add the three books we settled on to my tasks, and show me how to sort a list of them by author in TypeScript.",
      null,
    ],
    ["assistant", "", calls.slice(0, 1)],
    ["assistant", answer, null],
    ["user", "Which one first, if I only have evenings?", null],
    [
      "assistant",
      "Start with *The Summer Book*: twenty-two short chapters, each an evening long, and it asks nothing of the one before.",
      null,
    ],
  ];
  for (const [index, [role, content, toolCalls]] of messages.entries()) {
    await sql(
      `insert into messages (user_id, id, conversation_id, position, role, content, tool_calls)
       values ($1, gen_random_uuid(), $2, $3, $4, $5, $6)`,
      [userId, conversationId, count + index + 1, role, content, toolCalls === null ? null : JSON.stringify(toolCalls)],
    );
  }
  await sql("update conversations set message_count = $2, read_position = $2 where id = $1", [
    conversationId,
    count + messages.length,
  ]);
  await furnishSidebar(sql, userId);
  await sql(
    `insert into tasks (user_id, title, completed)
     select $1, title, title like 'Call%' from unnest($2::text[]) title`,
    [userId, ["Call mum about Sunday", ...books]],
  );
}

async function furnishSidebar(sql: TestedDatabase["sql"], userId: string): Promise<void> {
  const others: [title: string, daysAgo: number, mark?: "pinned" | "unread"][] = [
    ["House rules for the move", 2, "pinned"],
    ["Why the nightly job is late", 0, "unread"],
    ["Letter to the landlord", 0],
    ["Cursor pagination, explained twice", 1],
    ["A soup with what is left", 1],
    ["Three names for a small boat and why", 1],
    ["Notes on tides", 3],
    ["Trip to the islands", 4],
    ["Regular expressions, once more", 5],
  ];
  for (const [index, [title, daysAgo, mark]] of others.entries()) {
    await sql(
      `insert into conversations (user_id, id, title, message_count, pinned_at, updated_at)
       values ($1, gen_random_uuid(), $2, $3, $4, now() - make_interval(days => $5, mins => $6))`,
      [userId, title, mark === "unread" ? 2 : 0, mark === "pinned" ? new Date() : null, daysAgo, index + 1],
    );
  }
}
