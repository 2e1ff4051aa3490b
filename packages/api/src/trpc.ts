import type { ErrorCode, ErrorIssue } from "@holdfast/contract";
import { id } from "@holdfast/contract/schemas";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { Tracer } from "./api.ts";
import type { Context } from "./context.ts";
import { ApiError, toApiError, toTRPCError } from "./errors.ts";

/** How REST offers a procedure; what is not here follows from the procedure's input. */
export interface RestMeta {
  method: "GET" | "POST" | "DELETE";
  /** After `/api/{user_id}`; names in braces are fields of the input: `/conversations/{id}`. */
  path: `/${string}`;
  /** What a name in the path is called in the input, where that differs: `{ id: "conversationId" }`. */
  params?: Record<string, string>;
  /** 200 unless said; 204 sends no body. */
  status?: number;
  summary: string;
  /** The shape of the body: fields that it does not name are left out. None for 204. */
  output?: z.ZodType;
  /** The procedure returns just those fields: what it has as JSON is passed on unread. */
  isExact?: boolean;
}

export interface Meta {
  rest?: RestMeta;
}

/** `data` of every error that tRPC sends. */
export interface ErrorData {
  code: ErrorCode;
  httpStatus: number;
  requestId: string;
  issues?: ErrorIssue[];
  retryAfterMs?: number;
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isServer: true,
    // Never the stack: even a development server's errors are read by browsers.
    isDev: false,
    errorFormatter({ shape, error, ctx }) {
      const { code, status, message, issues, retryAfterMs } = toApiError(error);
      const data: ErrorData = {
        code,
        httpStatus: status,
        requestId: ctx?.requestId ?? "",
        ...(issues && { issues }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
      return { ...shape, message, data };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** For everyone, signed in or not. */
export const visitorProcedure = t.procedure.use(({ ctx, path, next }) => answered(ctx, path, next));

/** For people and guests; a visitor is UNAUTHORIZED. One middleware, for this is what most calls go through. */
export const personProcedure = t.procedure.use(({ ctx, path, next }) =>
  answered(ctx, path, () => {
    const { person, user } = ctx;
    if (!person || !user) throw toTRPCError(new ApiError("UNAUTHORIZED", "Sign in first."));
    return next({ ctx: { person, user } });
  }),
);

/** For everyone who asks for this: a visitor becomes a guest by it, and by nothing that is not valid. */
export function guestProcedure<Input extends z.ZodType>(input: Input) {
  return visitorProcedure.input(input).use(async ({ ctx, next, input: asked }) => {
    const person = ctx.person ?? (await ctx.becomeGuest(turnIdOf(asked)));
    return next({ ctx: { person, user: ctx.db.forUser(person.id) } });
  });
}

type Outcome = { ok: true } | { ok: false; error: unknown };

/** Throws what the request was refused for, or else what the procedure threw, as tRPC reads it. */
async function answered<Result extends Outcome>(ctx: Context, path: string, next: () => Promise<Result>) {
  if (ctx.refusal !== null) throw toTRPCError(ctx.refusal);
  const result = await (ctx.tracer ? traced(ctx.tracer, path, next) : next());
  if (!result.ok) throw toTRPCError(result.error);
  return result;
}

/** A refusal, such as NOT_FOUND, is no failure of the procedure. */
async function traced<Result extends Outcome>(
  tracer: Tracer,
  path: string,
  next: () => Promise<Result>,
): Promise<Result> {
  const span = tracer.begin(path, { "rpc.system": "trpc", "rpc.method": path });
  const result = await tracer.within(span, next);
  const error = result.ok ? null : toApiError(result.error);
  span.set({ "holdfast.error_code": error?.code });
  span.end(error && error.status >= 500 ? error.code : undefined);
  return result;
}

function turnIdOf(input: unknown): string | undefined {
  const { success, data } = z.object({ turnId: id }).safeParse(input);
  return success ? data.turnId : undefined;
}
