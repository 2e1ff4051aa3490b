import type { Task } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import { z } from "zod";
import { guestProcedure, personProcedure, router } from "../trpc.ts";

export const taskRouter = router({
  /** Open ones first. */
  list: personProcedure.query(({ ctx }): Promise<Task[]> => ctx.user.listTasks()),

  add: guestProcedure(
    z.strictObject({ title: schema.taskTitle, description: schema.taskDescription.optional() }),
  ).mutation(({ ctx, input }): Promise<Task> => ctx.user.addTask(input)),

  update: personProcedure
    .input(
      z.strictObject({
        id: schema.id,
        title: schema.taskTitle.optional(),
        description: schema.taskDescription.optional(),
        completed: z.boolean().optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<Task> => {
      const { id, ...change } = input;
      return ctx.user.updateTask(id, change);
    }),

  delete: personProcedure.input(z.strictObject({ id: schema.id })).mutation(async ({ ctx, input }): Promise<null> => {
    await ctx.user.removeTask(input.id);
    return null;
  }),
});
