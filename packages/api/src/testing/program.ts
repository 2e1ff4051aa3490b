import type { TestDatabase } from "@holdfast/db/testing";
import { createBearerTokens } from "../identity/bearer.ts";
import { type TestServer, testSecret } from "./test-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Body = any;

export const bearer = createBearerTokens(testSecret);

export interface Program {
  id: string;
  authorization: string;
  send(
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: Body; headers: Headers }>;
}

/** A program with a token of its own. */
export async function newProgram(db: TestDatabase, server: TestServer): Promise<Program> {
  const id = crypto.randomUUID();
  await db.sql("insert into users (id, name) values ($1, 'A program')", [id]);
  const authorization = `Bearer ${(await bearer.mint(id)).token}`;
  async function send(
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const response = await fetch(`${server.url}/api/${id}${path}`, {
      method,
      headers: { authorization, ...(json !== undefined && { "content-type": "application/json" }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    const isJson = text !== "" && response.headers.get("content-type")?.startsWith("application/json");
    const body: Body = isJson ? JSON.parse(text) : text;
    return { status: response.status, body, headers: response.headers };
  }
  return { id, send, authorization };
}

export const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
