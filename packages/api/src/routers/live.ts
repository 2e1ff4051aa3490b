import type { LiveEvent } from "@holdfast/contract";
import { personProcedure, router } from "../trpc.ts";

export const liveRouter = router({
  /** Everything of the person's as it happens; one for each browser. */
  feed: personProcedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<LiveEvent, void> {
    yield* ctx.live.open(ctx.person.id, signal ?? new AbortController().signal);
  }),
});
