import { openTestDatabase, type TestDatabase } from "@holdfast/db/testing";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBearerTokens } from "../identity/bearer.ts";
import { appRouter } from "../routers/app-router.ts";
import { startTestServer, type TestServer, testSecret } from "../testing/test-server.ts";
import { openApiDocument } from "./openapi.ts";
import { restRoutes } from "./routes.ts";

// biome-ignore lint/suspicious/noExplicitAny: the document is walked as data
const document = openApiDocument(appRouter) as any;

interface Operation {
  method: string;
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  spec: any;
}

const operations: Operation[] = Object.entries(document.paths as Record<string, Record<string, unknown>>).flatMap(
  ([path, methods]) => Object.entries(methods).map(([method, spec]) => ({ method, path, spec })),
);

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats.default(ajv);
ajv.addSchema(document, "holdfast");

function pointer(...parts: string[]): string {
  return parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
}

/** Why an answer is not one that the document allows; null where it is. */
function complaint(
  { path, method, spec }: Operation,
  status: number,
  contentType: string,
  text: string,
): string | null {
  // An address of more than 16 KiB is refused before any operation is asked.
  if (status === 431) return null;
  const response = spec.responses[status];
  if (!response) return `status ${status} is not described: ${text.slice(0, 300)}`;
  if (!response.content) return text === "" ? null : "a body where none is described";
  const type = contentType.split(";")[0] ?? "";
  if (!response.content[type]) return `content type ${type} is not described for ${status}`;
  if (type !== "application/json") return null;
  const validate = ajv.compile({
    $ref: `holdfast#/${pointer("paths", path, method, "responses", String(status), "content", type, "schema")}`,
  });
  return validate(JSON.parse(text)) ? null : `${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`;
}

describe("the OpenAPI document", () => {
  it("R-API-2: is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe("3.1.0");
  });

  it("R-API-2: describes every route, under the names that are fixed", () => {
    const paths = restRoutes(appRouter).map(({ method, path }) => `${method} /api/{user_id}${path}`);
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(described).toEqual(expect.arrayContaining(paths));
    expect(described).toEqual(
      expect.arrayContaining([
        "POST /api/{user_id}/conversations",
        "GET /api/{user_id}/conversations",
        "GET /api/{user_id}/conversations/{id}",
        "DELETE /api/{user_id}/conversations/{id}",
        "GET /api/{user_id}/conversations/{id}/messages",
        "POST /api/{user_id}/conversations/{id}/messages",
        "POST /api/{user_id}/chat",
      ]),
    );
  });
});

describe("the API as described", () => {
  let db: TestDatabase;
  let server: TestServer;
  let authorization: string;
  const userId = crypto.randomUUID();
  let conversationId: string;

  beforeAll(async () => {
    db = await openTestDatabase();
    server = await startTestServer(db);
    await db.sql("insert into users (id, name) values ($1, 'A program')", [userId]);
    authorization = `Bearer ${(await createBearerTokens(testSecret).mint(userId)).token}`;
    const made = await request("POST", `/api/${userId}/conversations`, "{}");
    conversationId = JSON.parse(made.text).id;
    await request("POST", `/api/${userId}/chat`, JSON.stringify({ conversationId, message: "Hello" }));
  });
  afterAll(async () => {
    await server.stop();
    await db.close();
  });

  async function request(method: string, path: string, body?: string) {
    const headers = { authorization, ...(body !== undefined && { "content-type": "application/json" }) };
    const response = await fetch(server.url + path, { method, headers, ...(body !== undefined && { body }) });
    return { status: response.status, type: response.headers.get("content-type") ?? "", text: await response.text() };
  }

  const textish = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("", " ", "Hello", "\u0000", "x".repeat(10_001), "%", "../..", "'; drop table users --"),
  );
  const idish = () => fc.oneof({ weight: 3, arbitrary: fc.constant(conversationId) }, fc.uuid(), textish);
  const json = fc.oneof(textish, fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));

  function bodies() {
    const toolCalls = fc.array(
      fc.record(
        {
          id: json,
          name: json,
          arguments: fc.jsonValue(),
          result: fc.jsonValue(),
          status: fc.constantFrom("completed", "failed", "running"),
        },
        { requiredKeys: ["id"] },
      ),
      { maxLength: 2 },
    );
    const fields = fc.record(
      {
        title: json,
        message: textish,
        content: textish,
        role: fc.constantFrom("user", "assistant", "system", "tool", "admin"),
        toolCalls: fc.oneof(toolCalls, fc.constant(null), json),
        conversationId: idish(),
        turnId: fc.oneof(fc.uuid(), textish),
        model: fc.oneof(fc.constantFrom("scripted", "openai/none"), json),
        format: fc.constantFrom("holdfast-export", "x"),
        version: fc.constantFrom(1, 2),
        conversations: fc.oneof(fc.array(json, { maxLength: 2 }), json),
        tasks: fc.array(fc.record({ title: json, description: json, completed: fc.boolean() }), { maxLength: 1 }),
      },
      { requiredKeys: [] },
    );
    return fc.oneof(
      fields.map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string(),
    );
  }

  const numberish = fc.oneof(
    fc.integer({ min: -2, max: 250 }).map(String),
    fc.constantFrom("", "1e3", "0x10", "9".repeat(30), "1.5"),
    textish,
  );

  it.each(operations)(
    "R-API-3: $method $path answers whatever comes as it says, and never with 5xx",
    async (operation) => {
      const { method, path, spec } = operation;
      const segment = (name: string) =>
        name === "user_id" ? fc.oneof({ weight: 9, arbitrary: fc.constant(userId) }, textish) : idish();
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
      const queryNames: string[] = (spec.parameters ?? [])
        .filter((one: { in: string }) => one.in === "query")
        .map((one: { name: string }) => one.name);
      const input = fc.record({
        segments: fc.tuple(...names.map(segment)),
        query: fc.record(
          Object.fromEntries(
            queryNames.map((name) => [name, fc.oneof(numberish, idish(), fc.constantFrom("json", "markdown"))]),
          ),
          { requiredKeys: [] },
        ),
        body: bodies(),
      });
      await fc.assert(
        fc.asyncProperty(input, async ({ segments, query, body }) => {
          // A dot alone is taken away by every client before it is sent; an empty one makes another address.
          fc.pre(segments.every((value) => !/^(\.{0,2}|%2e)*$/i.test(value)));
          let at = 0;
          const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent((segments[at++] as string).toWellFormed()));
          const search = new URLSearchParams(query as Record<string, string>).toString();
          const sent = await request(
            method.toUpperCase(),
            search ? `${filled}?${search}` : filled,
            method === "post" && spec.requestBody ? body : undefined,
          );
          expect(sent.status, sent.text).toBeLessThan(500);
          expect(complaint(operation, sent.status, sent.type, sent.text)).toBeNull();
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe("the page of the API", () => {
  it("R-API-2: loads nothing from elsewhere, and runs under its strict policy", async () => {
    const db = await openTestDatabase();
    const server = await startTestServer(db);
    const page = await fetch(`${server.url}/docs/api`);
    const html = await page.text();
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*(unsafe|http|\*)/);
    expect(html).not.toMatch(/<script(?![^>]* src=)|\son\w+=|https?:\/\//);
    for (const [, asset] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      const response = await fetch(server.url + asset);
      expect([response.status, (await response.text()).length > 10], asset).toEqual([200, true]);
    }
    expect(await (await fetch(`${server.url}/api/openapi.json`)).json()).toEqual(JSON.parse(JSON.stringify(document)));
    expect((await fetch(`${server.url}/docs/api/../../package.json`)).status).toBe(404);
    expect((await fetch(`${server.url}/docs/api/package.json`)).status).toBe(404);
    await server.stop();
    await db.close();
  });
});
