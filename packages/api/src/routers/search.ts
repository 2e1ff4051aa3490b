import { limits } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import type { SearchHit } from "@holdfast/db";
import { z } from "zod";
import { personProcedure, router } from "../trpc.ts";

export const searchRouter = router({
  /** Conversations and messages that hold all the words, the last one as a prefix. */
  find: personProcedure
    .input(z.object({ text: schema.searchText, limit: schema.pageLimit(limits.searchPage) }))
    .query(({ ctx, input }): Promise<SearchHit[]> => ctx.user.search(input.text, input.limit)),
});
