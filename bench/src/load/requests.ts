import { createHmac } from "node:crypto";

/** HTTP/1.1 requests as text, ready for a socket. */
export interface Caller {
  headers: string;
}

/** A program's bearer token, as the requirements describe it; valid for a day. */
export function bearer(userId: string, secret: string): Caller {
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { sub: userId, iss: "holdfast", aud: "holdfast-api", iat: nowS, exp: nowS + 86_400 };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  const signature = createHmac("sha256", secret).update(signed).digest("base64url");
  return { headers: `authorization: Bearer ${signed}.${signature}\r\n` };
}

export const nobody: Caller = { headers: "" };

export function get(path: string, caller: Caller = nobody): string {
  return `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${caller.headers}\r\n`;
}

function post(path: string, body: unknown, caller: Caller = nobody): string {
  const json = JSON.stringify(body);
  const length = Buffer.byteLength(json);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${caller.headers}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${json}`;
}

export function query(procedure: string, input: unknown, caller: Caller): string {
  return get(queryPath(procedure, input), caller);
}

export function queryPath(procedure: string, input?: unknown): string {
  const search = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return `/api/trpc/${procedure}${search}`;
}

export function mutation(procedure: string, input: unknown, caller: Caller): string {
  return post(`/api/trpc/${procedure}`, input, caller);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
