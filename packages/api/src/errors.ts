import { type ErrorBody, type ErrorCode, type ErrorIssue, errorStatuses, limits } from "@holdfast/contract";
import {
  ForbiddenError,
  InvalidCursorError,
  NotFoundError,
  RefusedValueError,
  TurnConflictError,
  TurnRunningError,
  UnavailableError,
} from "@holdfast/db";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";

/** An error as the client sees it: its message is for people, and holds no SQL, no stack and no secret. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly issues: ErrorIssue[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { issues?: ErrorIssue[]; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.issues = options.issues;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return errorStatuses[this.code];
  }
}

/** The one mapping of errors to what crosses the wire, for tRPC and REST alike. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TRPCError) return fromTRPCError(error);
  if (error instanceof ZodError) return invalidInput(error);
  const cause = error;
  if (error instanceof NotFoundError) return new ApiError("NOT_FOUND", "This does not exist.", { cause });
  if (error instanceof ForbiddenError) return new ApiError("FORBIDDEN", "This belongs to somebody else.", { cause });
  if (error instanceof TurnRunningError) {
    return new ApiError("CONFLICT", "This conversation is being answered. Wait for the answer, or stop it.", { cause });
  }
  if (error instanceof TurnConflictError) {
    return new ApiError("CONFLICT", "This turn was sent before with another text or conversation.", { cause });
  }
  if (error instanceof InvalidCursorError) {
    const issues = [{ path: "cursor", message: "is not a cursor of this list" }];
    return new ApiError("BAD_REQUEST", "The input is not valid.", { issues, cause });
  }
  if (error instanceof RefusedValueError && error.constraint === "tasks_per_person") {
    const most = limits.tasksPerPerson.toLocaleString("en");
    return new ApiError("CONFLICT", `There are ${most} tasks already, and there can be no more. Delete some first.`, {
      cause,
    });
  }
  if (error instanceof RefusedValueError) {
    const issues = [{ path: "", message: "holds something that cannot be stored" }];
    return new ApiError("BAD_REQUEST", "The input is not valid.", { issues, cause });
  }
  if (error instanceof UnavailableError) {
    return new ApiError("UNAVAILABLE", "The database cannot be reached. Try again in a moment.", {
      retryAfterMs: 2_000,
      cause,
    });
  }
  return new ApiError("INTERNAL", "Something went wrong on our side.", { cause });
}

export function toTRPCError(error: unknown): TRPCError {
  const cause = toApiError(error);
  return new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
}

export function errorBody(error: ApiError, requestId: string): ErrorBody {
  const { code, message, issues } = error;
  return { error: { code, message, requestId, ...(issues && { issues }) } };
}

/** Invalid input that a schema does not see. `path` is where in the input it is. */
export function badRequest(path: string, message: string): ApiError {
  return new ApiError("BAD_REQUEST", "The input is not valid.", { issues: [{ path, message }] });
}

export function unknownModel(): ApiError {
  return badRequest("model", "is not a model that can be used here");
}

/** A misspelt field must not be taken for one left out. */
export function unknownFields(paths: string[]): ApiError {
  return new ApiError("BAD_REQUEST", "The input is not valid.", { issues: paths.map(unknownField) });
}

function unknownField(path: string): ErrorIssue {
  return { path, message: "is not a field of this" };
}

function invalidInput(error: ZodError): ApiError {
  const issues = error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path.join("."), message: issue.message }];
    return issue.keys.map((key) => unknownField([...issue.path, key].join(".")));
  });
  return new ApiError("BAD_REQUEST", "The input is not valid.", { issues, cause: error });
}

/** What tRPC could not take for a call: a body that is no JSON or no form, a batch that is no object. */
function unreadable(cause: TRPCError): ApiError {
  const issues = [{ path: "", message: "is not a call, or not a batch of calls" }];
  return new ApiError("BAD_REQUEST", "The request is not valid.", { issues, cause });
}

function fromTRPCError(error: TRPCError): ApiError {
  if (error.cause instanceof ApiError) return error.cause;
  const { cause } = error;
  switch (error.code) {
    case "PARSE_ERROR":
    case "BAD_REQUEST":
      return cause instanceof ZodError ? invalidInput(cause) : unreadable(error);
    case "UNAUTHORIZED":
    case "FORBIDDEN":
    case "NOT_FOUND":
    case "CONFLICT":
    case "TOO_MANY_REQUESTS":
    case "PAYLOAD_TOO_LARGE":
    case "UNSUPPORTED_MEDIA_TYPE":
      return new ApiError(error.code, error.message, { cause: error });
    case "METHOD_NOT_SUPPORTED":
      return new ApiError("METHOD_NOT_ALLOWED", error.message, { cause: error });
    case "INTERNAL_SERVER_ERROR":
      // tRPC wraps what a procedure throws; a bare one is a fault of ours.
      return cause
        ? toApiError(cause)
        : new ApiError("INTERNAL", "Something went wrong on our side.", { cause: error });
    default:
      return new ApiError("INTERNAL", "Something went wrong on our side.", { cause: error });
  }
}

const trpcCodes = {
  BAD_REQUEST: "BAD_REQUEST",
  UNAUTHORIZED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  METHOD_NOT_ALLOWED: "METHOD_NOT_SUPPORTED",
  CONFLICT: "CONFLICT",
  PAYLOAD_TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  TOO_MANY_REQUESTS: "TOO_MANY_REQUESTS",
  INTERNAL: "INTERNAL_SERVER_ERROR",
  ASSISTANT_FAILED: "BAD_GATEWAY",
  UNAVAILABLE: "SERVICE_UNAVAILABLE",
} as const satisfies Record<ErrorCode, TRPCError["code"]>;
