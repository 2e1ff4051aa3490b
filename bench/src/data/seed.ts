import pg from "pg";
import { copyRows, escaped } from "./copy.ts";
import { idOf } from "./ids.ts";
import { conversationId, gaugePlan, ordinaryPlan, type PlannedConversation, type Size, specialPlan } from "./shape.ts";
import { makePassages, type Passages, rareWord } from "./text.ts";

export interface Seeding {
  /** Fills the database until it holds about that many messages. */
  growTo(messages: number): Promise<void>;
  /** Everything of the size. */
  finish(): Promise<void>;
  secondsSpent(): number;
}

interface Index {
  name: string;
  definition: string;
}

/** Up to here the full-text index may be kept up row by row. */
const fewMessages = 20_000;

/** Fills an empty, migrated database by COPY, as the owner. Times lie in the last 180 days. */
export function startSeeding(ownerUrl: string, size: Size): Seeding {
  const passages = makePassages();
  const gauge = gaugePlan();
  const special = specialPlan();
  const ordinary = ordinaryPlan(size);
  let seeded = 0;
  let ordinarySeeded = 0;
  let spentMs = 0;

  async function load(client: pg.Client, plan: PlannedConversation[]): Promise<void> {
    await copyRows(
      client,
      "conversations (user_id, id, title, message_count, read_position, created_at, updated_at)",
      conversationRows(plan),
    );
    await copyRows(
      client,
      "messages (user_id, id, conversation_id, position, role, content, created_at)",
      messageRows(plan, passages),
    );
    const turns = plan.filter((one) => one.withTurns);
    await copyRows(
      client,
      "turns (user_id, id, conversation_id, status, prompt, model, runner, first_position, last_position, started_at, ended_at)",
      turnRows(turns, passages),
    );
    seeded += sumOf(plan);
  }

  async function begin(client: pg.Client): Promise<void> {
    if (seeded > 0) return;
    await copyRows(client, "users (id, name, email)", userRows(size));
    await load(client, gauge);
  }

  async function timed(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    await asOwner(ownerUrl, work);
    spentMs += performance.now() - startedAt;
  }

  return {
    growTo: (messages) =>
      timed(async (client) => {
        await begin(client);
        const plan = messages - seeded >= sumOf(special) ? special.splice(0) : [];
        const count = countUpTo(ordinary, ordinarySeeded, messages - seeded - sumOf(plan));
        plan.push(...ordinary.slice(ordinarySeeded, ordinarySeeded + count));
        ordinarySeeded += count;
        if (sumOf(plan) < fewMessages) await load(client, plan);
        else await withoutSearchIndex(client, () => load(client, plan));
      }),
    finish: () =>
      timed((client) =>
        withoutSearchIndex(client, async () => {
          await begin(client);
          await load(client, special.splice(0));
          await load(client, ordinary.slice(ordinarySeeded));
          ordinarySeeded = ordinary.length;
        }),
      ),
    secondsSpent: () => spentMs / 1000,
  };
}

/** COPY does not work under row-level security, from which `FORCE` does not except the owner. */
async function asOwner(ownerUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const forced = ["conversations", "messages", "turns"];
  try {
    await client.query("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off");
    await client.query(forced.map((table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`).join(";"));
    await work(client);
    await client.query(forced.map((table) => `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`).join(";"));
    await client.query("VACUUM (ANALYZE) users");
    for (const table of forced) await client.query(`VACUUM (ANALYZE) ${table}`);
    await client.query("CHECKPOINT").catch(() => undefined); // a privilege; without it the server does so in its own time
  } finally {
    await client.end();
  }
}

/** Building the full-text index once over all rows takes a fraction of maintaining it row by row. */
async function withoutSearchIndex(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<Index>(
    "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = 'messages' AND indexdef LIKE '% USING gin %'",
  );
  for (const index of rows) await client.query(`DROP INDEX ${index.name}`);
  await work();
  for (const index of rows) await client.query(index.definition);
}

function* userRows(size: Size): Iterable<string> {
  for (let n = 1; n <= size.users; n++) yield `${idOf("user", n)}\tPerson ${n}\tperson${n}@example.org`;
}

function* conversationRows(plan: PlannedConversation[]): Iterable<string> {
  for (const one of plan) {
    const title = `Conversation ${one.conversation}`;
    const [first, last] = [timeOf(one, 1), timeOf(one, one.messages)];
    yield `${idOf("user", one.user)}\t${conversationId(one.conversation)}\t${title}\t${one.messages}\t${one.messages}\t${first}\t${last}`;
  }
}

function* messageRows(plan: PlannedConversation[], passages: Passages): Iterable<string> {
  for (const one of plan) {
    const user = idOf("user", one.user);
    const conversation = conversationId(one.conversation);
    for (let position = 1; position <= one.messages; position++) {
      const n = one.conversation * 10_007 + position;
      const id = idOf("message", n);
      const role = position % 2 === 1 ? "user" : "assistant";
      const text = role === "user" ? passages.question(n) : passages.answer(n);
      const content = position === 3 && one.conversation % 50 === 7 ? `${text} ${rareWord}` : text;
      yield `${user}\t${id}\t${conversation}\t${position}\t${role}\t${escaped(content)}\t${timeOf(one, position)}`;
    }
  }
}

function* turnRows(plan: PlannedConversation[], passages: Passages): Iterable<string> {
  for (const one of plan) {
    for (let position = 1; position < one.messages; position += 2) {
      const n = one.conversation * 10_007 + position;
      const times = `${timeOf(one, position)}\t${timeOf(one, position + 1)}`;
      yield `${idOf("user", one.user)}\t${idOf("turn", n)}\t${conversationId(one.conversation)}\tcompleted\t${escaped(passages.question(n))}\tbuilt-in\t\\N\t${position}\t${position + 1}\t${times}`;
    }
  }
}

const dayMs = 86_400_000;
const beganMs = Date.now() - 180 * dayMs;

/** Conversations begin all over the time; their messages are seconds apart. */
function timeOf(one: PlannedConversation, position: number): string {
  const startMs = beganMs + ((one.conversation * 7_919_000) % (179 * dayMs));
  return new Date(startMs + position * 1_000).toISOString();
}

function sumOf(plan: PlannedConversation[]): number {
  return plan.reduce((sum, one) => sum + one.messages, 0);
}

function countUpTo(plan: PlannedConversation[], from: number, messages: number): number {
  let sum = 0;
  let count = 0;
  while (from + count < plan.length && sum < messages) sum += plan[from + count++]?.messages ?? 0;
  return count;
}
