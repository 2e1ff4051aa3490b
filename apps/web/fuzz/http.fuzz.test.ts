import { servedAddresses } from "@holdfast/api/testing";
import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { requestsTo } from "./api-requests.ts";
import { requestsThatAreNone } from "./broken-requests.ts";
import { requestsToPages } from "./page-requests.ts";
import { converse, encode, exchange, type RawAnswer, type RawRequest } from "./raw-http.ts";
import type { Asker } from "./request-parts.ts";
import { type ServedProcess, serveAsProcess } from "./served-process.ts";

/** Set it to what a failed run has printed, to see the same requests again. */
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
const runsAnAddress = Number(process.env["FUZZ_RUNS"] ?? 8);
const atOnce = 6;
const hidden = "what nobody else may read";

let db: TestDatabase;
let server: ServedProcess;
let owner: { id: string; ids: string[] };
let asker: Asker;

beforeAll(async () => {
  console.info(`FUZZ_SEED=${seed}`);
  db = await openTestDatabase();
  server = await serveAsProcess(db.options);
  const person = await newPerson();
  const { data } = await post("/api/trpc/turn.chat", { message: hidden }, person.cookie);
  const task = (await post("/api/trpc/task.add", { title: hidden }, person.cookie)).data;
  owner = { id: person.id, ids: [data.conversationId, data.turnId, data.messages[0].id, task.id] };
}, 60_000);

// Another one for each test: what is sent may end the session that it is sent with.
beforeEach(async () => {
  const { id, cookie } = await newPerson();
  const { token } = await send("/api/auth/token", { method: "POST", headers: { cookie } });
  asker = { userId: id, cookie, token, origin: origin(), others: { userId: owner.id, ids: owner.ids } };
});

afterAll(async () => {
  await server?.stop();
  await db?.close();
});

function origin(): string {
  return `http://127.0.0.1:${server.port}`;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function send(path: string, init: RequestInit): Promise<any> {
  return (await fetch(`${origin()}${path}`, init)).json();
}

async function post(path: string, body: object, cookie: string) {
  const headers = { "content-type": "application/json", origin: origin(), cookie };
  return (await send(path, { method: "POST", headers, body: JSON.stringify(body) })).result;
}

/** A registered person, and the cookies of their browser. */
async function newPerson(): Promise<{ id: string; cookie: string }> {
  const person = { name: "A person", email: `${crypto.randomUUID()}@example.com`, password: "a long enough password" };
  const response = await fetch(`${origin()}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: origin() },
    body: JSON.stringify(person),
  });
  const cookie = response.headers.getSetCookie().map((one) => one.split(";", 1)[0]);
  const { user } = (await response.json()) as { user: { id: string } };
  return { id: user.id, cookie: cookie.join("; ") };
}

/** Everything of the person whom nobody else may reach, as text. */
async function ownersRows(): Promise<string> {
  const tables = ["conversations", "messages", "turns", "tasks", "sessions", "accounts"];
  const rows = tables.map((table) =>
    db.sql(`select to_jsonb(t) as row from ${table} t where user_id = $1 order by id`, [owner.id]),
  );
  const [user] = await db.sql("select * from users where id = $1", [owner.id]);
  return JSON.stringify([user, await Promise.all(rows)]);
}

/** What is wrong with an answer; null where nothing is. */
function complaint(answer: RawAnswer | null): string | null {
  if (!answer) return "no answer";
  const { status, headers, body } = answer;
  const type = headers.get("content-type") ?? "";
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`;
  if (headers.get("set-cookie")?.includes("injected")) return "a header of the client's";
  for (const secretly of [db.options.secret, hidden, "postgres://", "eyJhbGciOiJub25l"]) {
    if (body.includes(secretly)) return `it tells of ${JSON.stringify(secretly)}`;
  }
  if (/\n\s+at \S+ \(|\bat \S+:\d+:\d+\)|node_modules\/|file:\/\/\/|"stack"/.test(body))
    return `a stack: ${body.slice(0, 300)}`;
  if (!/^[0-9a-f-]{36}$/.test(headers.get("x-request-id") ?? "")) return `status ${status} without a request id`;
  if (status < 400 || body === "" || isPage(type)) return null;
  if (/syntax error|relation "|SQLSTATE|violates|invalid input syntax/i.test(body)) return `SQL: ${body.slice(0, 300)}`;
  return hasErrorShape(body) ? null : `status ${status} in a shape of its own: ${body.slice(0, 300)}`;
}

/** As a document, or as what Next loads of one. */
function isPage(type: string): boolean {
  return type.startsWith("text/html") || type.startsWith("text/x-component");
}

/** One error, of REST's shape or tRPC's; or a batch of them. */
function hasErrorShape(body: string): boolean {
  try {
    const parsed: unknown = JSON.parse(body);
    const errors = (Array.isArray(parsed) ? parsed : [parsed]).filter((one) => "error" in one);
    return (
      errors.length > 0 &&
      errors.every(({ error }) => {
        const data = error.data ?? error;
        return (
          /^[A-Z_]+$/.test(data.code) && typeof error.message === "string" && /^[0-9a-f-]{36}$/.test(data.requestId)
        );
      })
    );
  } catch {
    return false;
  }
}

async function withstands(requests: fc.Arbitrary<RawRequest>, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(requests, async (request) => {
    const wrong = complaint(await exchange(server.port, request));
    if (wrong) throw new Error(`${wrong}\n${encode(request).toString("latin1").slice(0, 2_000)}`);
  });
  await fc.assert(property, { seed, numRuns, endOnFailure: true });
}

describe("R-API-3, R-SEC-8: whatever is sent, nothing breaks, nothing is told, and nothing of another's is touched", () => {
  let rows: string;
  /** After the first test: what a process needs once it has answered everything is level. */
  let memory: number | null = null;

  beforeAll(async () => {
    rows = await ownersRows();
  });
  afterEach(async () => {
    expect(await ownersRows()).toBe(rows);
    expect(server.isAlive(), server.output()).toBe(true);
    expect((await fetch(`${origin()}/api/health/ready`)).status).toBe(200);
  });

  it("to every address of the API", async () => {
    const addresses = servedAddresses().reverse();
    expect(addresses.length).toBeGreaterThan(50);
    await together(async () => {
      for (let address = addresses.pop(); address; address = addresses.pop()) {
        await withstands(requestsTo(address, asker, server.port), runsAnAddress);
      }
    });
    memory = await server.memory();
  }, 120_000);

  it("to pages, files, and addresses of nobody", async () => {
    await withstands(requestsToPages(asker, server.port), 12 * runsAnAddress);
  }, 120_000);

  it("that is no request, or only half of one", async () => {
    const property = fc.asyncProperty(requestsThatAreNone(asker, server.port), async (bytes) => {
      for (const answer of await converse(server.port, bytes, { forMs: 150 })) {
        const wrong = complaint(answer);
        if (wrong) throw new Error(`${wrong}\n${bytes.toString("latin1").slice(0, 2_000)}`);
      }
    });
    let worker = seed;
    await together(() => fc.assert(property, { seed: worker++, numRuns: 2 * runsAnAddress, endOnFailure: true }));
  }, 120_000);

  it("to the port of the metrics", async () => {
    for (const [method, target] of [
      ["GET", "/metrics"],
      ["GET", "/metrics?__proto__=1"],
      ["POST", "/metrics"],
      ["GET", "/%"],
      ["TRACE", "*"],
    ] as const) {
      const headers: [string, string][] = [
        ["Host", "x"],
        ["Connection", "close"],
      ];
      const answer = await exchange(server.metricsPort, { method, target, headers, body: null });
      expect(answer?.status, target).toBe(method === "GET" && target === "/metrics" ? 200 : 404);
      for (const id of [owner.id, asker.userId, ...owner.ids]) expect(answer?.body).not.toContain(id);
    }
  });

  it("and the process has no more to remember than before", async () => {
    const now = await server.memory();
    if (memory !== null && now !== null) expect(now - memory, "MiB").toBeLessThan(150);
  });
});

function together(work: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: atOnce }, work));
}
