import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { id } from "@holdfast/contract/schemas";
import type { Api, ApiOptions } from "../api.ts";
import type { Context, Services } from "../context.ts";
import { ApiError, toApiError } from "../errors.ts";
import { createIdentity } from "../identity/create-identity.ts";
import { clientAddress } from "../limits/client-address.ts";
import { createLimits } from "../limits/limits.ts";
import { createLiveFeeds } from "../live/live-feeds.ts";
import { runningTurns } from "../live/running-turns.ts";
import { createUserEvents } from "../live/user-events.ts";
import { assertMethod, pathOf, requestIdOf, sendError, sendJson } from "../rest/exchange.ts";
import { createPlainHttp } from "../rest/plain-http.ts";
import { appRouter } from "../routers/app-router.ts";
import { createTurnEngine } from "../turns/turn-engine.ts";
import { endStream } from "./event-streams.ts";
import { createContext } from "./request-context.ts";
import { createTrpcHandler } from "./trpc-handler.ts";

/** Throws `UnavailableError` if the database does not answer. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { db, assistant, openTools, trustProxy, log, tracer, isShort } = options;
  const events = createUserEvents({
    notices: db.notices,
    findTurn: (userId, turnId) => db.forUser(userId).findTurn(turnId),
    log,
  });
  const turns = await createTurnEngine({ db, assistant, openTools, events, log, tracer, isShort });
  const live = createLiveFeeds({
    events,
    isShort,
    runningTurns: (userId) => runningTurns(db, turns, userId),
  });
  const limits = createLimits(db, options.limits);
  const identity = createIdentity({ ...options, limits });
  const services: Services = { db, assistant, turns, live, limits, tracer };
  const tidying = setInterval(() => void tidy(), tidyMs); // it logs its own failures

  const open = new Set<ServerResponse>();
  let stopping: Promise<void> | null = null;

  const trpc = createTrpcHandler({ openContext, log });
  const plainHttp = createPlainHttp({ identity, router: appRouter, openContext, trustProxy, onError: logError });

  function openContext(
    req: IncomingMessage,
    res: ServerResponse,
    headers: Headers,
    changes: boolean,
  ): Promise<Context> {
    return createContext(services, identity, {
      headers,
      changes,
      address: clientAddress(req, trustProxy),
      requestId: requestIdOf(res),
      setCookie: (cookie) => res.appendHeader("set-cookie", cookie),
    });
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = pathOf(req);
    if (!isApiPath(path)) return false;
    const begun = performance.now();
    const requestId = requestIdOf(res);
    for (const [name, value] of securityHeaders) res.setHeader(name, value);
    open.add(res);
    res.once("close", () => {
      open.delete(res);
      const ms = Math.round(performance.now() - begun);
      log.debug({ requestId, method: req.method, path, status: res.statusCode, ms }, "request");
    });
    try {
      await dispatch(req, res, path);
    } catch (error) {
      if (res.destroyed) return true; // the client has gone, and nobody is left to be told
      if (path.startsWith(trpcPrefix) && !res.headersSent) trpc.sendError(res, error);
      else sendError(req, res, error);
      logError(toApiError(error), req, res);
    }
    return true;
  }

  async function dispatch(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    if (path === "/api/health/live" || path === "/api/health/ready") {
      assertMethod(req, res, ["GET", "HEAD"]);
      return path === "/api/health/ready" ? answerReady(res) : sendJson(res, 200, { status: "live" });
    }
    if (stopping !== null || isShort?.()) {
      // A stream's client takes a refusal for the last word, a lost connection for a reason to come again.
      if (req.headers.accept?.includes("text/event-stream")) req.socket.destroy();
      const state = stopping === null ? "very busy" : "restarting";
      throw new ApiError("UNAVAILABLE", `The server is ${state}. Try again in a moment.`, { retryAfterMs: 2_000 });
    }
    if (path.startsWith(trpcPrefix)) return trpc.handle(req, res, path.slice(trpcPrefix.length));
    if (await plainHttp.handle(req, res)) return;
    throw new ApiError("NOT_FOUND", "There is nothing at this address.");
  }

  async function answerReady(res: ServerResponse): Promise<void> {
    const isReady = stopping === null && (await db.isReady());
    sendJson(res, isReady ? 200 : 503, { status: isReady ? "ready" : "unavailable" });
  }

  function logError(error: ApiError, req: IncomingMessage, res: ServerResponse): void {
    if (error.code !== "INTERNAL") return;
    const fields = { err: error.cause ?? error, requestId: requestIdOf(res), method: req.method, path: pathOf(req) };
    log.error(fields, "a request failed");
  }

  /** Pages ask in this process, and show what they can: nobody but the log is told. */
  function logPageError(thrown: unknown, procedure?: string): void {
    const error = toApiError(thrown);
    if (error.code === "INTERNAL")
      log.error({ err: error.cause ?? error, procedure }, "a page could not be given its data");
  }

  async function tidy(): Promise<void> {
    try {
      await identity.tidy();
    } catch (error) {
      log.warn({ err: error }, "tidying up failed; it is tried again");
    }
  }

  async function stop(): Promise<void> {
    clearInterval(tidying);
    trpc.endStreams();
    await turns.drain(drainMs);
    for (const res of open) if (isEventStream(res)) endStream(res);
    await answered();
    turns.close();
    events.close();
    await identity.close();
  }

  /** Who waited for a turn that has just ended reads what it stored, and is told: that takes the database a moment more. */
  async function answered(): Promise<void> {
    const all = Promise.all([...open].map((res) => new Promise((resolve) => res.once("close", resolve))));
    await Promise.race([all, delay(farewellMs, undefined, { ref: false })]);
  }

  return {
    handle,

    async forRequest(headers) {
      const person = await identity.identify(headers).catch((error) => {
        logPageError(error);
        throw error;
      });
      const context: Context = {
        ...services,
        requestId: crypto.randomUUID(),
        person,
        user: person && db.forUser(person.id),
        refusal: null,
        becomeGuest: () => Promise.reject(new ApiError("UNAUTHORIZED", "Sign in first.")),
      };
      const caller = appRouter.createCaller(context, { onError: ({ error, path }) => logPageError(error, path) });
      return { person, caller };
    },

    async pageAccess(headers, conversationId) {
      if (!id.safeParse(conversationId).success) return 404;
      try {
        const person = await identity.identify(headers);
        await db.forUser(person?.id ?? nobody).findConversation(conversationId);
        return 200;
      } catch (error) {
        const { status } = toApiError(error);
        if (status === 403 || status === 404) return status;
        logPageError(error);
        return 503;
      }
    },

    visitCookie: (headers) => identity.beginVisit(headers),

    stop() {
      stopping ??= stop();
      return stopping;
    },

    stats: () => ({ runningTurns: turns.stats().running, liveFeeds: live.stats().feeds, openRequests: open.size }),
  };
}

/** The page that describes the API is the API's too. */
function isApiPath(path: string): boolean {
  return ["/api", "/docs/api"].some((root) => path === root || path.startsWith(`${root}/`));
}

const trpcPrefix = "/api/trpc/";
const tidyMs = 60_000;
/** With what interrupted turns then need, well within the ten seconds that the whole process has. */
const drainMs = 3_500;
/** For the answers that are still on their way then. */
const farewellMs = 1_000;
/** Owns nothing, so that what it finds is another's or does not exist. */
const nobody = "00000000-0000-4000-8000-000000000000";

const securityHeaders = [
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-resource-policy", "same-origin"],
  ["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
  ["cache-control", "no-store"],
] as const;

function isEventStream(res: ServerResponse): boolean {
  return String(res.getHeader("content-type") ?? "").startsWith("text/event-stream");
}
