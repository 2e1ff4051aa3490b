import type { ModelInfo } from "@holdfast/contract";
import { router, visitorProcedure } from "../trpc.ts";

export const modelRouter = router({
  list: visitorProcedure.query(async ({ ctx }): Promise<{ models: ModelInfo[]; defaultModel: string }> => {
    const [models, defaultModel] = await Promise.all([ctx.assistant.models(), ctx.assistant.defaultModel()]);
    return { models, defaultModel };
  }),
});
