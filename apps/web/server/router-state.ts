import type { IncomingMessage } from "node:http";
import { parseAndValidateFlightRouterState } from "next/dist/server/app-render/parse-and-validate-flight-router-state.js";

/** Where Next's client says which page it shows. */
export const routerStateHeader = "next-router-state-tree";

/** Whether Next can read it, by its own check, which it otherwise fails at with a 500. */
export function hasReadableRouterState({ headers }: IncomingMessage): boolean {
  try {
    parseAndValidateFlightRouterState(headers[routerStateHeader] as string | undefined); // a list throws there
    return true;
  } catch {
    return false;
  }
}
