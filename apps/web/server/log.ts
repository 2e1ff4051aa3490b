import { type DestinationStream, type Logger, pino } from "pino";

/** Structured logs on standard output, each line with the `fields` of its moment. What people write, tokens and SQL parameters stay out: errors are stripped to the bones. */
export function createLog(
  level: string,
  { destination = pino.destination(1), fields }: { destination?: DestinationStream; fields?: () => object } = {},
): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => describeError(error) },
    ...(fields && { mixin: () => ({ ...fields() }) }), // a new one each time: pino writes into it
  };
  return pino(options, destination);
}

interface ErrorDescription {
  type: string;
  message?: string;
  code?: unknown;
  constraint?: unknown;
  stack?: string[];
  cause?: ErrorDescription;
}

/** PostgreSQL puts values of the failing row into `message` and `detail`, so of its errors only the code is kept. */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const ofDatabase = "severity" in error || "query" in error;
  return {
    type: error.name,
    ...(ofDatabase ? {} : { message: error.message }),
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    stack: error.stack
      ?.split("\n")
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
    ...(error.cause === undefined || depth > 2 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
