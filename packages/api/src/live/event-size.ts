import type { TurnEvent } from "@holdfast/contract";
import type { UserEvent } from "./user-events.ts";

/** About how many characters an event keeps in memory while it waits for a slow reader. */
export function eventSize(event: UserEvent): number {
  switch (event.type) {
    case "turn-chunk":
      return event.events.reduce((size, each) => size + saidSize(each), overhead);
    case "turn-started":
      return event.turn.steps.reduce((size, step) => size + step.content.length, overhead + event.turn.prompt.length);
    default:
      return overhead;
  }
}

/** What may wait for one reader. */
export function maxWaiting(isShort: boolean): number {
  return isShort ? 50_000 : 1_000_000;
}

const overhead = 200;

function saidSize(event: TurnEvent): number {
  switch (event.type) {
    case "text":
      return event.delta.length;
    case "tool-call":
      return JSON.stringify(event.arguments).length;
    case "tool-result":
      return JSON.stringify(event.result).length;
    default:
      return event satisfies never;
  }
}
