import type { IncomingMessage } from "node:http";
import { jsonObject } from "@holdfast/db";
import { callTRPCProcedure, getErrorShape, getTRPCErrorFromUnknown, type TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { Context } from "../context.ts";
import { queryOf } from "../rest/exchange.ts";
import { appRouter } from "../routers/app-router.ts";

export const maxBatchSize = 50;

// At run time by their whole names, which the type of a router does not say.
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;

/** Whether a procedure is a query, a mutation or a subscription; undefined where there is none of that name. */
export function typeOf(path: string): string | undefined {
  return Object.hasOwn(procedures, path) ? procedures[path]?._def.type : undefined;
}

export interface Failure {
  error: TRPCError;
  path: string | undefined;
  ctx: Context | undefined;
}

export interface PlainQueries {
  calls: { path: string; input: unknown }[];
  isBatch: boolean;
}

/**
 * What tRPC's client asks with GET, alone or in a batch. Null for anything unusual: that is for tRPC's own handler,
 * whose Request, Response and AbortControllers cost several times what such a query does.
 */
export function readPlainQueries(req: IncomingMessage, path: string): PlainQueries | null {
  if (req.method !== "GET" || req.headers["trpc-accept"] || req.headers["content-type"]) return null;
  const query = queryOf(req);
  if (query.has("connectionParams")) return null;
  const isBatch = query.get("batch") === "1";
  const paths = isBatch ? path.split(",") : [path];
  if (paths.length > maxBatchSize || !paths.every((one) => typeOf(one) === "query")) return null;
  const input = parseInput(query.get("input"));
  if (input === null) return null;
  if (!isBatch) return { isBatch, calls: [{ path, input: input.value }] };
  const inputs = input.value ?? {};
  if (typeof inputs !== "object") return null;
  return { isBatch, calls: paths.map((one, index) => ({ path: one, input: Reflect.get(inputs, index) })) };
}

export async function answerPlainQueries(
  { calls, isBatch }: PlainQueries,
  ctx: Context,
  onError: (failure: Failure) => void,
): Promise<{ status: number; body: string }> {
  const answers = await Promise.all(
    calls.map(async ({ path, input }, batchIndex) => {
      try {
        const call = { router: appRouter, path, getRawInput: async () => input, ctx, batchIndex };
        const data = await callTRPCProcedure({ ...call, type: "query", signal: unheard });
        return { status: 200, body: jsonObject({ result: jsonObject({ data }) }).text };
      } catch (cause) {
        const error = getTRPCErrorFromUnknown(cause);
        onError({ error, path, ctx });
        const { _config: config } = appRouter._def;
        const shape = getErrorShape({ config, ctx, error, input, path, type: "query" });
        return { status: getHTTPStatusCodeFromError(error), body: JSON.stringify({ error: shape }) };
      }
    }),
  );
  const statuses = new Set(answers.map((answer) => answer.status));
  const [status = 200] = statuses;
  const bodies = answers.map((answer) => answer.body).join(",");
  return { status: statuses.size === 1 ? status : multiStatus, body: isBatch ? `[${bodies}]` : bodies };
}

const multiStatus = 207;

/** Queries are short, and none is broken off: a signal for each would cost more than many of them. */
const unheard = new AbortController().signal;

/** Null where it is not JSON. */
function parseInput(text: string | null): { value: unknown } | null {
  try {
    return { value: text ? JSON.parse(text) : undefined };
  } catch {
    return null;
  }
}
