import type { IncomingMessage, ServerResponse } from "node:http";
import type { Person } from "@holdfast/contract";
import { type Database, UnavailableError } from "@holdfast/db";
import { ApiError } from "../errors.ts";
import { clientAddress } from "../limits/client-address.ts";
import type { Limits } from "../limits/limits.ts";
import {
  assertMethod,
  hasBody,
  pathOf,
  readJson,
  requestIdOf,
  sendError,
  sendJson,
  toHeaders,
} from "../rest/exchange.ts";
import type { Auth } from "./auth.ts";
import { fromAuthError, withoutTokens } from "./auth-answers.ts";
import { type Asked, authPrefix as prefix, toAuthRequest } from "./auth-request.ts";
import { type AuthRoute, routesAt } from "./auth-routes.ts";
import type { BearerTokens } from "./bearer.ts";
import { inSignIn, type SignIn } from "./guest-plugin.ts";
import { assertOwnOrigin } from "./origin.ts";
import { assertShown } from "./shown-person.ts";

export interface AuthHandlerOptions {
  auth: Auth;
  db: Database;
  limits: Limits;
  bearer: BearerTokens;
  appUrl: string | null;
  trustProxy: boolean | number;
  providers: string[];
  hasMail: boolean;
  /** Whom a request's cookies name, as far as that is known without a query: for counting alone. */
  claimedBy(headers: Headers): Promise<string | null>;
  /** The person and session of a request's cookie, looked up. */
  sessionOf(headers: Headers): Promise<{ person: Person; token: string } | null>;
  /** Ends the session of a request's cookie; throws where it may live on. */
  endSession(headers: Headers): Promise<void>;
  /** After a sign-in: ends the session before it, gives what a guest had to the account. */
  settle(signIn: SignIn): Promise<void>;
  onError(error: ApiError, requestId: string): void;
}

/** Answers `/api/auth/*`: our checks and limits, Better Auth behind them, our one shape of errors. */
export function createAuthHandler(options: AuthHandlerOptions) {
  const { auth, db, limits, bearer, appUrl, hasMail, providers } = options;

  async function answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const headers = toHeaders(req);
    const address = clientAddress(req, options.trustProxy);
    limits.countRequest({ userId: await options.claimedBy(headers), address });
    if (path === "/options") {
      assertMethod(req, res, ["GET"]);
      return sendJson(res, 200, { providers, passwordReset: hasMail });
    }
    if (path === "/token") {
      assertMethod(req, res, ["POST"]);
      // Changes nothing, and another site could not read it: an Origin is not asked for, a foreign one is refused.
      assertOwnOrigin(headers, appUrl, false);
      assertByCookie(headers); // a program cannot prolong its own token
      return sendJson(res, 200, await bearer.mint((await signedIn(headers)).person.id));
    }
    const routes = routesAt(path, hasMail);
    if (routes.length === 0) throw new ApiError("NOT_FOUND", `There is nothing at ${prefix}${path}.`);
    assertMethod(
      req,
      res,
      routes.map((route) => route.method),
    );
    const route = routes.find(({ method }) => method === req.method) as AuthRoute; // assertMethod found it
    assertOwnOrigin(headers, appUrl, route.method === "POST");
    assertByCookie(headers);
    const body = route.body && (hasBody(req) ? await readJson(req) : undefined);
    const asked = { path, input: route.body?.parse(body), headers, appUrl, address };
    await forward(route, asked, toAuthRequest(req, route, asked), res);
  }

  async function signedIn(headers: Headers): Promise<{ person: Person; token: string }> {
    const session = await options.sessionOf(headers);
    if (!session) throw new ApiError("UNAUTHORIZED", "Sign in first.");
    assertShown(headers, session.person);
    return session;
  }

  async function forward(route: AuthRoute, asked: Asked, request: Request, res: ServerResponse): Promise<void> {
    const { headers, input, address } = asked;
    const acting = route.signedIn ? (await signedIn(headers)).person : null;
    if (route.attempt) await limits.countSignIn({ account: route.attempt(input, acting), address });

    // Better Auth says that somebody is signed out also when it could not delete the session: for it, only cookies are left.
    if (route.signsOut) await options.endSession(headers);
    const before = route.signsIn ? await options.sessionOf(headers) : null;
    const signIn: SignIn = { before, after: null };
    const askedAt = performance.now();
    const response = await inSignIn(signIn, () => auth.handler(request));
    // It answers 500 for a database that does not answer.
    if (response.status >= 500 && db.identity.hasFailedSince(askedAt)) {
      throw new UnavailableError("The database does not answer.");
    }
    if (signIn.after) await options.settle(signIn);
    await send(response, request.url, res);
  }

  async function send(response: Response, from: string, res: ServerResponse): Promise<void> {
    const location = response.headers.get("location");
    const leads = response.status >= 300 && response.status < 400 && location;
    if (leads && new URL(location, from).origin !== new URL(from).origin) {
      throw new ApiError("BAD_REQUEST", "This link leads to another site.");
    }
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) res.appendHeader("set-cookie", cookies);
    if (leads) {
      res.writeHead(response.status, { location, "cache-control": "no-store" }).end();
      return;
    }
    const body = parsed(await response.text());
    if (response.ok) return sendJson(res, response.status, withoutTokens(body));
    throw fromAuthError(response.status, body, prefix);
  }

  return async function handle(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = pathOf(req);
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return false;
    try {
      await answer(req, res, path.slice(prefix.length));
    } catch (error) {
      options.onError(sendError(req, res, error), requestIdOf(res));
    }
    return true;
  };
}

/** A token, good or bad, never falls back to the cookie: whoever sends one is not who the cookie names. */
function assertByCookie(headers: Headers): void {
  if (!headers.has("authorization")) return;
  throw new ApiError("UNAUTHORIZED", "Accounts are used by cookie: send no Authorization header here.");
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
