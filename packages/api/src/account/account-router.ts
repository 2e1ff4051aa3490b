import type { Person } from "@holdfast/contract";
import { router, visitorProcedure } from "../trpc.ts";

export const accountRouter = router({
  /** Null for a visitor. */
  me: visitorProcedure.query(({ ctx }): Person | null => ctx.person),
});
