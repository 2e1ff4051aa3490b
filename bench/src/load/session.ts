import type pg from "pg";
import type { Caller } from "./requests.ts";

/** A session's cookies, as a browser would hold them. */
export type Cookies = Map<string, string>;

/** Registers somebody over HTTP. */
export async function signUp(port: number): Promise<{ userId: string; cookies: Cookies }> {
  const url = `http://127.0.0.1:${port}`;
  const email = `visitor${Date.now()}-${Math.floor(Math.random() * 1e6)}@example.org`;
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ name: "Visitor", email, password: "a password of the benchmarks" }),
  });
  if (!response.ok) throw new Error(`Signing up failed with ${response.status}: ${await response.text()}`);
  const { user } = (await response.json()) as { user: { id: string } };
  return { userId: user.id, cookies: cookiesOf(response) };
}

/** A session of somebody whom the seeding made, and who has no password: one that was somebody else's. */
export async function sessionOf(port: number, owner: pg.Pool, userId: string): Promise<Caller> {
  const { userId: stranger, cookies } = await signUp(port);
  await owner.query("UPDATE sessions SET user_id = $1 WHERE user_id = $2", [userId, stranger]);
  await owner.query("DELETE FROM users WHERE id = $1", [stranger]);
  const token = [...cookies].filter(([name]) => name.endsWith("session_token"));
  const response = await fetch(`http://127.0.0.1:${port}/api/trpc/account.me`, {
    headers: { cookie: headerOf(new Map(token)) },
  });
  const { result } = (await response.json()) as { result?: { data: { id: string } | null } };
  if (result?.data?.id !== userId) throw new Error("The session is not that of the person it was given to");
  const renewed = new Map([...token, ...cookiesOf(response)]);
  return { headers: `cookie: ${headerOf(renewed)}\r\n` };
}

function cookiesOf(response: Response): Cookies {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

function headerOf(cookies: Cookies): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
