import { DatabaseError } from "pg";
import { QueryFailedError } from "typeorm";

/** There is no such conversation, message, turn, task or user. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** It is somebody else's. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
}

/** A turn is running in the conversation. */
export class TurnRunningError extends Error {
  override readonly name = "TurnRunningError";
}

/** The turn's id was used for another text or conversation. */
export class TurnConflictError extends Error {
  override readonly name = "TurnConflictError";
}

export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/** The database does not answer, or not in time. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";

  /** Why, for whoever operates it: the words of the network or the server, in which no password and no row stands. */
  get reason(): string {
    const { cause } = this;
    if (!(cause instanceof Error)) return "no answer";
    // Where a name leads to several addresses, none of which answers, there is a code and no message.
    return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name);
  }
}

/** A constraint refused the values. Carries the constraint's name and none of the values, so that it can be logged. */
export class RefusedValueError extends Error {
  override readonly name = "RefusedValueError";
  readonly constraint: string;

  constructor(constraint: string) {
    super(`The database refused a value: ${constraint}.`);
    this.constraint = constraint;
  }
}

/** Says in one sentence which variable is wrong and what it should be. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** There is no folder to keep data in; the message is a sentence for whoever operates it. */
export class DataDirError extends Error {
  override readonly name = "DataDirError";
}

/** The database is not one that Holdfast can use; the message is a sentence for whoever operates it. */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}

/** SQLSTATEs that say "not now": connection exceptions, a refused login, shutdowns, too many connections, a statement that took too long, no writes. */
const unavailable = /^(08...|28...|25006|57P0[1-5]|57014|53...|58...)$/;
/** Texts that PostgreSQL cannot hold: U+0000, lone surrogates. */
const unstorable = new Set(["22021", "22P05"]);
const foreignKeyViolation = "23503";
/** Serialization failure and deadlock: the same transaction may succeed when it is run again. */
const transient = new Set(["40001", "40P01"]);

/** The error that callers of this package see for one thrown by pg or TypeORM. */
export function translateError(error: unknown): unknown {
  const cause = error instanceof QueryFailedError ? error.driverError : error;
  if (!(cause instanceof Error)) return cause;
  if (!(cause instanceof DatabaseError)) return isOwnError(cause) ? cause : unavailableError(cause);
  const code = cause.code ?? "";
  if (unavailable.test(code)) return unavailableError(cause);
  if (code === foreignKeyViolation) return new NotFoundError("There is no such user or conversation.");
  if (unstorable.has(code)) return new RefusedValueError("text");
  if (code.startsWith("23") || code.startsWith("22")) return new RefusedValueError(cause.constraint ?? code);
  return cause;
}

export function isTransient(error: unknown): boolean {
  return error instanceof DatabaseError && transient.has(error.code ?? "");
}

/** Whether the server refused to log a serving role in: its password was changed. */
export function isRefusedLogin(error: unknown): boolean {
  return (
    error instanceof UnavailableError && error.cause instanceof DatabaseError && /^28/.test(error.cause.code ?? "")
  );
}

/** Whether a connection must not be used again after this error. */
export function breaksConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return unavailable.test(error.code ?? "");
  return !(error instanceof Error && isOwnError(error));
}

/** What pg throws without an SQLSTATE is about the connection, unless it is a mistake of ours. */
function isOwnError(error: Error): boolean {
  const ours = [
    NotFoundError,
    ForbiddenError,
    TurnRunningError,
    TurnConflictError,
    InvalidCursorError,
    UnavailableError,
    RefusedValueError,
    ConfigError,
    DataDirError,
    UnusableDatabaseError,
    TypeError,
    RangeError,
    SyntaxError,
  ];
  return ours.some((type) => error instanceof type);
}

function unavailableError(cause: Error): UnavailableError {
  return new UnavailableError("The database does not answer.", { cause });
}
