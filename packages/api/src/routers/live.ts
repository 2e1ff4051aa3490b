import type { LiveEvent, Person } from "@holdfast/contract";
import { id } from "@holdfast/contract/schemas";
import { z } from "zod";
import { ApiError, toTRPCError } from "../errors.ts";
import { personProcedure, router } from "../trpc.ts";

/**
 * With `userId`, nobody else's: a page that is still open must not hear of who has signed in since in the same browser.
 */
const whose = z.strictObject({ userId: id }).optional();

export const liveRouter = router({
  /** Everything of the person's as it happens; one for each browser. */
  feed: personProcedure.input(whose).subscription(({ ctx, input, signal }): AsyncGenerator<LiveEvent, void> => {
    checkWhose(input, ctx.person);
    return ctx.live.open(ctx.person.id, signal ?? new AbortController().signal);
  }),

  /** What the feed begins with, for a browser that cannot have a stream: asked for again and again it serves instead. */
  snapshot: personProcedure.input(whose).query(({ ctx, input }) => {
    checkWhose(input, ctx.person);
    return ctx.live.snapshot(ctx.person.id);
  }),
});

function checkWhose(asked: z.infer<typeof whose>, person: Pick<Person, "id">): void {
  if (asked && asked.userId !== person.id) {
    throw toTRPCError(new ApiError("FORBIDDEN", "Somebody else is signed in here now."));
  }
}
