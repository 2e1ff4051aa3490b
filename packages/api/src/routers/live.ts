import type { LiveEvent } from "@holdfast/contract";
import { id } from "@holdfast/contract/schemas";
import { z } from "zod";
import { ApiError, toTRPCError } from "../errors.ts";
import { personProcedure, router } from "../trpc.ts";

export const liveRouter = router({
  /**
   * Everything of the person's as it happens; one for each browser. With `userId`, nobody else's: a page that is still
   * open must not hear of who has signed in since in the same browser.
   */
  feed: personProcedure
    .input(z.strictObject({ userId: id }).optional())
    .subscription(({ ctx, input, signal }): AsyncGenerator<LiveEvent, void> => {
      if (input && input.userId !== ctx.person.id) {
        throw toTRPCError(new ApiError("FORBIDDEN", "Somebody else is signed in here now."));
      }
      return ctx.live.open(ctx.person.id, signal ?? new AbortController().signal);
    }),
});
