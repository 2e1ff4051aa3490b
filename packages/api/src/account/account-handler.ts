import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { limits, type Person } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import type { UserStore } from "@holdfast/db";
import { verifyPassword } from "better-auth/crypto";
import { z } from "zod";
import type { Context } from "../context.ts";
import { ApiError, badRequest } from "../errors.ts";
import type { AccountIdentity } from "../identity/create-identity.ts";
import {
  assertJson,
  assertMethod,
  assertPlain,
  bodyOf,
  hasBody,
  pathOf,
  queryOf,
  readJson,
  sendError,
  sendJson,
  sendNothing,
  toHeaders,
  tooLarge,
} from "../rest/exchange.ts";
import { exportText } from "./export.ts";
import { importExport } from "./import.ts";

export interface AccountOptions {
  identity: AccountIdentity;
  openContext(req: IncomingMessage, res: ServerResponse, headers: Headers, changes: boolean): Promise<Context>;
  /** Of the client, as far as proxies are believed. */
  address(req: IncomingMessage): string;
  onError(error: ApiError, req: IncomingMessage, res: ServerResponse): void;
}

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  headers: Headers;
  context: Context;
  person: Person;
  user: UserStore;
}

const prefix = "/api/account";
/** How fresh a session must be to delete an account that has no password to ask for. */
const freshMs = 600_000;

/** Answers `/api/account/*`: sessions, export, import, and the end of the account. False for any other path. */
export function createAccountHandler({ identity, openContext, address, onError }: AccountOptions) {
  const { store } = identity;
  const routes: Record<string, Record<string, (exchange: Exchange) => Promise<void>>> = {
    "/sessions": { GET: listSessions, DELETE: endOtherSessions },
    "/export": { GET: exportAll },
    "/import": { POST: importAll },
    "/delete": { POST: deleteAccount },
  };

  async function answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const sessionId = /^\/sessions\/([^/]+)$/.exec(path)?.[1];
    const route = sessionId === undefined ? routes[path] : { DELETE: endSession(sessionId) };
    if (!route) throw new ApiError("NOT_FOUND", `There is nothing at ${prefix}${path}.`);
    assertMethod(req, res, Object.keys(route));
    const method = req.method ?? "";
    const headers = toHeaders(req);
    const context = await openContext(req, res, headers, method !== "GET");
    const { refusal, person, user } = context;
    if (refusal !== null) throw refusal;
    if (!person || !user) throw new ApiError("UNAUTHORIZED", "Sign in first.");
    await route[method]?.({ req, res, headers, context, person, user });
  }

  async function listSessions({ res, headers, person }: Exchange): Promise<void> {
    const current = identity.sessionToken(headers);
    const sessions = await store.listSessions(person.id);
    sendJson(res, 200, {
      sessions: sessions.map(({ token, ...session }) => ({ ...session, current: token === current })),
    });
  }

  function endSession(sessionId: string) {
    return async ({ res, person }: Exchange): Promise<void> => {
      const id = schema.id.safeParse(sessionId);
      if (!id.success) throw badRequest("id", "must be a UUID");
      if (!(await store.endSessionById(person.id, id.data)))
        throw new ApiError("NOT_FOUND", "There is no such session.");
      identity.sessionsChanged(person.id);
      sendNothing(res);
    };
  }

  async function endOtherSessions({ res, headers, person }: Exchange): Promise<void> {
    const token = identity.sessionToken(headers);
    await store.endSessionsOf(person.id, token === null ? undefined : { token });
    identity.sessionsChanged(person.id);
    sendNothing(res);
  }

  async function exportAll({ req, res, person, user }: Exchange): Promise<void> {
    const { format, conversationId } = exportQuery.parse(Object.fromEntries(queryOf(req)));
    const text = exportText({ person, user, format, conversationId });
    // The first piece before the head: what is refused has its own status.
    const first = await text.next();
    const name = `holdfast-${new Date().toISOString().slice(0, 10)}.${format === "json" ? "json" : "md"}`;
    res.writeHead(200, {
      "content-type": format === "json" ? "application/json; charset=utf-8" : "text/markdown; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    });
    await pipeline(Readable.from(followedBy(first, text)), res);
  }

  async function importAll({ req, res, user }: Exchange): Promise<void> {
    assertJson(req);
    assertPlain(req);
    if (Number(req.headers["content-length"] ?? 0) > limits.importBytes) throw tooLarge(limits.importBytes);
    sendJson(res, 200, await importExport(user, bodyOf(req)));
  }

  async function deleteAccount(exchange: Exchange): Promise<void> {
    const { req, res, context, person, user } = exchange;
    await assertPassword(exchange, deleteBody.parse(hasBody(req) ? await readJson(req) : {}).password);
    for (const turn of await user.runningTurns()) await user.requestStop(turn.id);
    await context.db.deleteUser(person.id);
    identity.sessionsChanged(person.id);
    res.appendHeader("set-cookie", identity.clearedCookies());
    sendNothing(res);
  }

  /** Asks again who is there: a session left open on somebody's desk must not be enough. Guests have nothing to be asked. */
  async function assertPassword(
    { req, headers, context, person }: Exchange,
    password: string | undefined,
  ): Promise<void> {
    if (person.isGuest) return;
    const hash = await store.findPasswordHash(person.id);
    if (hash === null) {
      const token = identity.sessionToken(headers);
      const age = token === null ? null : await store.sessionAge(token);
      if (age === null || age.ageMs > freshMs) throw new ApiError("FORBIDDEN", "Sign in again to delete your account.");
      return;
    }
    if (password === undefined) throw badRequest("password", "must be given");
    await context.limits.countSignIn({ account: person.id, address: address(req) });
    if (!(await verifyPassword({ hash, password }))) throw badRequest("password", "is not your password");
  }

  return async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = pathOf(req);
    if (!path.startsWith(`${prefix}/`)) return false;
    try {
      await answer(req, res, path.slice(prefix.length));
    } catch (error) {
      if (!res.writableAborted && !res.destroyed) onError(sendError(req, res, error), req, res);
    }
    return true;
  };
}

const exportQuery = z.strictObject({
  format: z.enum(["json", "markdown"]).default("json"),
  conversationId: schema.id.optional(),
});
const deleteBody = z.strictObject({ password: z.string().max(limits.passwordMaxLength).optional() });

async function* followedBy(first: IteratorResult<string, void>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (!first.done) yield first.value;
  yield* rest;
}
