import { APICallError, InvalidResponseDataError, JSONParseError, TypeValidationError } from "@ai-sdk/provider";
import type { TurnFailure, TurnFailureCode } from "@holdfast/contract";

/** A failure that is known for what it is where it happens. Its message is for people. */
export class TurnError extends Error {
  override readonly name = "TurnError";
  readonly code: TurnFailureCode;

  constructor(code: TurnFailureCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Puts what was thrown into words. Nothing that a provider said is repeated: it may hold a key, a URL or a stack.
 * The cause is for the log, and holds neither what was sent (a person's words) nor headers.
 */
export function failureOf(thrown: unknown): { failure: TurnFailure; cause: Error } {
  const error = toTurnError(thrown);
  return { failure: { code: error.code, message: error.message }, cause: describe(error.cause ?? error) };
}

function toTurnError(thrown: unknown): TurnError {
  const known = knownIn(thrown);
  if (known) return known;
  if (APICallError.isInstance(thrown)) return ofResponse(thrown);
  if (isGarbled(thrown)) return garbled(thrown);
  // A socket that dies in mid-stream arrives as a TypeError of fetch with the network's error as its cause.
  if (networkCode(thrown) !== null || thrown instanceof TypeError) return brokeOff(true, thrown);
  return new TurnError("internal", "Something went wrong on our side. Try again.", thrown);
}

/** What was known for what it is, also where the AI SDK has wrapped it as a failure of its own. */
function knownIn(error: unknown): TurnError | null {
  if (error instanceof TurnError) return error;
  return error instanceof Error && error.cause instanceof TurnError ? error.cause : null;
}

function ofResponse(error: APICallError): TurnError {
  const status = error.statusCode;
  if (status === undefined) {
    return new TurnError("model_unavailable", "The model's server cannot be reached. Try again in a moment.", error);
  }
  if (status < 300) return isGarbled(error.cause) ? garbled(error) : brokeOff(true, error);
  if (isTooLong(`${error.responseBody ?? ""} ${error.message}`) && status < 500) return tooLong(error);
  switch (status) {
    case 401:
    case 403:
      return new TurnError(
        "model_refused",
        "The model's server refused the key. Check the key in the configuration.",
        error,
      );
    case 402:
      return new TurnError("model_refused", "The account at the model's provider has no credit left.", error);
    case 404:
      return new TurnError("model_unknown", "The model's server does not know this model. Choose another one.", error);
    case 413:
      return tooLong(error);
    case 429:
    case 529:
      return new TurnError("model_busy", busyWords(error.responseHeaders), error);
  }
  if (status >= 500 || status === 408) {
    return new TurnError(
      "model_unavailable",
      "The model's server has a problem of its own. Try again in a moment.",
      error,
    );
  }
  return new TurnError("internal", `The model's server did not accept the request (status ${status}).`, error);
}

/** An `error` part in a stream: a chunk that could not be read, or an error that the provider reports in its own words. */
export function errorPart(error: unknown, answered: boolean): TurnError {
  const known = knownIn(error);
  if (known) return known;
  if (isGarbled(error)) return garbled(error);
  // The AI SDK's word for a stream that ended without a finish reason: there is no data to show for it.
  if (InvalidResponseDataError.isInstance(error))
    return error.data === undefined ? brokeOff(answered, error) : garbled(error);
  const kind = kindOf(error);
  if (/rate_limit|overloaded|quota|429/u.test(kind)) return new TurnError("model_busy", busyWords({}), error);
  if (/auth|api_key|permission|401|403/u.test(kind)) {
    return new TurnError(
      "model_refused",
      "The model's server refused the key. Check the key in the configuration.",
      error,
    );
  }
  if (isTooLong(kind)) return tooLong(error);
  if (error instanceof Error && !APICallError.isInstance(error) && kind === "") return toTurnError(error);
  if (answered) return brokeOff(true, error);
  return new TurnError("model_unavailable", "The model's server reported an error. Try again in a moment.", error);
}

export function brokeOff(answered: boolean, cause?: unknown): TurnError {
  const words = answered
    ? "The answer broke off before its end."
    : "The connection to the model ended before it answered.";
  return new TurnError("model_broke_off", `${words} Try again.`, cause);
}

export function garbled(cause: unknown): TurnError {
  const words =
    "The model's server sent something that is not an answer. Check its address in the configuration, or try again.";
  return new TurnError("model_garbled", words, cause);
}

function tooLong(cause: unknown): TurnError {
  return new TurnError(
    "context_too_long",
    "This conversation is too long for the model. Start a new one, or choose another model.",
    cause,
  );
}

function isGarbled(error: unknown): boolean {
  return JSONParseError.isInstance(error) || TypeValidationError.isInstance(error);
}

/** Providers have no common code for it, only these words. */
function isTooLong(text: string): boolean {
  return /context.?(length|window|size)|prompt is too long|maximum context|too many (input )?tokens/iu.test(text);
}

/** `type` and `code` of a provider's error object. */
function kindOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { type, code } = error as { type?: unknown; code?: unknown };
  return [type, code].filter((word) => typeof word === "string" || typeof word === "number").join(" ");
}

/** Nobody waits longer for an answer, whatever the server says. */
const longestWaitSeconds = 86_400;

function busyWords(headers: Record<string, string> | undefined): string {
  const seconds = retryAfterSeconds(headers?.["retry-after"]);
  if (seconds === null) return "The model is busy, or its quota is used up. Try again in a moment.";
  if (seconds >= longestWaitSeconds) return "The model is busy, or its quota is used up. Try again tomorrow.";
  if (seconds > 7_200) return `The model is busy. Try again in ${Math.ceil(seconds / 3_600)} hours.`;
  if (seconds > 120) return `The model is busy. Try again in ${Math.ceil(seconds / 60)} minutes.`;
  return `The model is busy. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterSeconds(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+(\.\d+)?$/u.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(1, Math.ceil(seconds)), longestWaitSeconds);
}

function networkCode(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return null;
}

function describe(error: unknown): Error {
  if (APICallError.isInstance(error)) return named(error.name, `status ${error.statusCode ?? "none"}`, error);
  if (isGarbled(error) || InvalidResponseDataError.isInstance(error)) return named((error as Error).name, "unreadable");
  if (error instanceof Error) return error;
  return named("ReportedError", kindOf(error));
}

/** An error, for a log writes nothing else that was thrown; without a stack, which would be of here. */
function named(name: string, message: string, of?: unknown): Error {
  const error = Object.assign(new Error(message), { name, code: networkCode(of) ?? undefined });
  error.stack = undefined;
  return error;
}
