import type { IncomingMessage, ServerResponse } from "node:http";
import { JsonText } from "@holdfast/db";
import type { Context } from "../context.ts";
import { ApiError, badRequest } from "../errors.ts";
import { clientGone } from "../http/client-gone.ts";
import type { AppRouter } from "../routers/app-router.ts";
import { createCallerFactory } from "../trpc.ts";
import {
  assertMethod,
  hasBody,
  pathOf,
  queryOf,
  readJson,
  sendError,
  sendJson,
  sendNothing,
  toHeaders,
} from "./exchange.ts";
import { project } from "./project.ts";
import { matchRoutes, pathInput, queryInput, type RestRoute, restRoutes } from "./routes.ts";
import { streamTurn, wantsEvents } from "./turn-stream.ts";

export interface RestOptions {
  router: AppRouter;
  /** The context of a request: who asks, and what procedures work with. Throws what refuses it. */
  openContext(req: IncomingMessage, res: ServerResponse, headers: Headers, changes: boolean): Promise<Context>;
  onError(error: ApiError, req: IncomingMessage, res: ServerResponse): void;
}

/**
 * Answers `/api/{user_id}/...`: the procedures that have `meta.rest`, called in the process. False for any other path.
 * The order of refusals: 404 no such route, 405, 403 foreign origin, 401, 403 somebody else's, 415, 413, 400.
 */
export function createRestHandler({ router, openContext, onError }: RestOptions) {
  const routes = restRoutes(router);
  const createCaller = createCallerFactory(router);

  async function answer(req: IncomingMessage, res: ServerResponse, userId: string, segments: string[]): Promise<void> {
    const found = matchRoutes(routes, segments);
    if (!found) throw new ApiError("NOT_FOUND", "There is nothing at this address.");
    const method = req.method === "HEAD" ? "GET" : req.method;
    const methods = found.map((route) => route.method);
    assertMethod(req, res, methods.includes("GET") ? ["GET", "HEAD", ...methods] : methods);
    const route = found.find((one) => one.method === method) as RestRoute; // assertMethod found it

    const context = await openContext(req, res, toHeaders(req), route.method !== "GET");
    if (context.refusal !== null) throw context.refusal;
    if (!context.person) throw new ApiError("UNAUTHORIZED", "Sign in, or send a bearer token.");
    if (userId.toLowerCase() !== context.person.id) {
      throw new ApiError("FORBIDDEN", "This address is another user's: yours begins with your own id.");
    }
    const input = { ...(await inputOf(route, req)), ...pathInput(route, segments) };
    if (route.type === "subscription" || wantsEvents(route, req)) {
      return streamTurn({ route, input, context, createCaller, req, res });
    }
    const output = await call(createCaller(context, { signal: clientGone(res) }), route.procedure, input);
    if (route.status === 204) sendNothing(res);
    else sendJson(res, route.status ?? 200, shown(route, output));
  }

  return async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const [, api, userId, ...segments] = pathOf(req).split("/");
    if (api !== "api" || userId === undefined) return false;
    try {
      await answer(req, res, userId, segments);
    } catch (error) {
      onError(sendError(req, res, error), req, res);
    }
    return true;
  };
}

function shown({ output: schema, isExact }: RestRoute, output: unknown): unknown {
  if (!schema || isExact) return output;
  return project(schema, output instanceof JsonText ? output.parse() : output);
}

async function inputOf(route: RestRoute, req: IncomingMessage): Promise<Record<string, unknown>> {
  const query = queryInput(route, queryOf(req));
  if (route.method !== "POST" || !hasBody(req)) return query;
  const body = await readJson(req);
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw badRequest("", "must be an object");
  return { ...body };
}

/** Calls a procedure by its name, such as `conversation.create`. */
function call(caller: object, procedure: string, input: unknown): Promise<unknown> {
  // The caller is a proxy of the router's shape; a name taken from that router leads to a function.
  const found = procedure.split(".").reduce((at, part) => at[part] as never, caller as Record<string, unknown>);
  return (found as unknown as (input: unknown) => Promise<unknown>)(input);
}
