import {
  type Database,
  ForbiddenError,
  InvalidCursorError,
  NotFoundError,
  RefusedValueError,
  TurnConflictError,
  TurnRunningError,
} from "@holdfast/db";
import type { Tracing } from "./tracing.ts";

/**
 * The database, each operation of which is a span of whatever is active: the wait for a connection and the statements together.
 * It is named after what was asked, and says how many waited for a connection as it began; there are no statements in it, nor values.
 */
export function traceDatabase(db: Database, tracing: Tracing): Database {
  const { finishTurn } = db.runners;
  return {
    ...db,
    forUser: (userId) => traceOperations(db.forUser(userId)),
    runners: { ...db.runners, finishTurn: (...args) => measure("finishTurn", () => finishTurn(...args)) },
  };

  function traceOperations<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get(target, name, receiver) {
        const operation: unknown = Reflect.get(target, name, receiver);
        if (typeof operation !== "function" || typeof name !== "string") return operation;
        return (...args: unknown[]) => measure(name, () => operation.apply(target, args));
      },
    });
  }

  function measure<T>(operation: string, work: () => T): T {
    if (!tracing.isActive()) return work();
    const span = tracing.begin(`db ${operation}`, {
      "db.system.name": "postgresql",
      "db.operation.name": operation,
      "holdfast.db.waiting": db.poolStats().waiting,
    });
    const result = work();
    if (!(result instanceof Promise)) {
      span.end(); // a stream of rows, which takes as long as its reader
      return result;
    }
    result.then(
      () => span.end(),
      (error: unknown) => {
        if (error instanceof Error) span.set({ "holdfast.error_code": error.name });
        span.end(isRefusal(error) ? undefined : "database");
      },
    );
    return result;
  }
}

/** An answer, such as that there is no such conversation. */
function isRefusal(error: unknown): boolean {
  return refusals.some((type) => error instanceof type);
}

const refusals = [
  NotFoundError,
  ForbiddenError,
  InvalidCursorError,
  RefusedValueError,
  TurnConflictError,
  TurnRunningError,
];
