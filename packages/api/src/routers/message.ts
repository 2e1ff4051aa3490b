import type { Message } from "@holdfast/contract";
import { limits } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import type { JsonText, MessagePage } from "@holdfast/db";
import { z } from "zod";
import { personProcedure, router } from "../trpc.ts";

const page = z.object({
  conversationId: schema.id,
  limit: schema.pageLimit(limits.messagePage),
  cursor: schema.cursor.nullish(),
});

export const messageRouter = router({
  /** The newest page, one by cursor either way, or the one around a message; with the turn that is open at the end. */
  page: personProcedure
    .input(page.extend({ around: schema.id.optional() }))
    .query(({ ctx, input }): Promise<MessagePage> => {
      const { conversationId, limit, around, cursor } = input;
      return ctx.user.pageOfMessages(conversationId, { limit, around, cursor: cursor ?? undefined });
    }),

  /** Pages of messages for programs: the newest first, the cursor leading to older ones. */
  list: personProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/conversations/{id}/messages",
        params: { id: "conversationId" },
        summary: "Read a page of messages: the newest first, each page oldest first",
        output: z.object({ messages: z.array(schema.message), nextCursor: z.string().nullable() }),
      },
    })
    .input(page)
    .query(async ({ ctx, input }): Promise<{ messages: Message[]; nextCursor: string | null }> => {
      const { messages, olderCursor } = await ctx.user.pageOfMessages(input.conversationId, {
        limit: input.limit,
        cursor: input.cursor ?? undefined,
      });
      return { messages, nextCursor: olderCursor };
    }),

  /** The whole conversation, oldest first. */
  history: personProcedure
    .input(z.object({ conversationId: schema.id }))
    .query(({ ctx, input }): Promise<JsonText<Message[]>> => ctx.user.chatHistoryJson(input.conversationId)),

  add: personProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/conversations/{id}/messages",
        params: { id: "conversationId" },
        status: 201,
        summary: "Store a message of any role, without an answer",
        output: schema.message,
      },
    })
    .input(schema.newMessage.safeExtend({ conversationId: schema.id }))
    .mutation(({ ctx, input }): Promise<Message> => {
      const { conversationId, role, content, toolCalls } = input;
      return ctx.user.addMessage(conversationId, role, content, toolCalls?.length ? toolCalls : null);
    }),
});
