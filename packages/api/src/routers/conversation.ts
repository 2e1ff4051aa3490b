import type { Conversation, ConversationSummary, Message } from "@holdfast/contract";
import { limits } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import { type ConversationList, type JsonText, jsonObject, NotFoundError } from "@holdfast/db";
import { z } from "zod";
import { unknownModel } from "../errors.ts";
import { guestProcedure, personProcedure, router } from "../trpc.ts";

const byId = z.object({ id: schema.id });
/** What changes something takes its own fields only: a misspelt one must not be taken for one left out. */
const changed = z.strictObject({ id: schema.id });

const position = z.int().min(1).max(limits.position);

export const conversationRouter = router({
  create: guestProcedure(
    z.strictObject({ title: schema.absentable(schema.title), model: schema.absentable(schema.modelId) }).optional(),
  )
    .meta({
      rest: {
        method: "POST",
        path: "/conversations",
        status: 201,
        summary: "Create a conversation",
        output: schema.conversation,
      },
    })
    .mutation(async ({ ctx, input }): Promise<ConversationSummary> => {
      if (input?.model && !(await ctx.assistant.hasModel(input.model))) throw unknownModel();
      return ctx.user.createConversation(input);
    }),

  /** The most recent conversation, or a new one. */
  getOrCreate: personProcedure.mutation(({ ctx }): Promise<ConversationSummary> => ctx.user.getOrCreateConversation()),

  get: personProcedure
    .input(byId)
    .query(({ ctx, input }): Promise<ConversationSummary> => ctx.user.findConversation(input.id)),

  /** Like `get`, but null where there is none: for who was told of a change and may come after a deletion. */
  find: personProcedure.input(byId).query(async ({ ctx, input }): Promise<ConversationSummary | null> => {
    try {
      return await ctx.user.findConversation(input.id);
    } catch (error) {
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }),

  /** With all its messages, oldest first: for programs. Pages use `message.page`. */
  getWithMessages: personProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/conversations/{id}",
        summary: "Read a conversation with all its messages",
        output: schema.conversation.extend({ messages: z.array(schema.message) }),
        isExact: true,
      },
    })
    .input(byId)
    .query(async ({ ctx, input }): Promise<JsonText<Conversation & { messages: Message[] }>> => {
      const [{ id, title, createdAt, updatedAt }, messages] = await Promise.all([
        ctx.user.findConversation(input.id),
        ctx.user.chatHistoryJson(input.id),
      ]);
      return jsonObject<Conversation & { messages: Message[] }>({ id, title, createdAt, updatedAt, messages });
    }),

  list: personProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/conversations",
        summary: "List conversations, most recently updated first",
        output: z.object({ conversations: z.array(schema.conversation), nextCursor: z.string().nullable() }),
      },
    })
    // Nothing of it has to be said, so it may be left out as a whole.
    .input(z.object({ limit: schema.pageLimit(limits.conversationPage), cursor: schema.cursor.nullish() }).prefault({}))
    .query(
      ({ ctx, input }): Promise<JsonText<ConversationList>> =>
        ctx.user.conversationListJson({ limit: input.limit, cursor: input.cursor ?? undefined }),
    ),

  /** Most recently pinned first. */
  pinned: personProcedure.query(({ ctx }): Promise<ConversationSummary[]> => ctx.user.listPinned()),

  rename: personProcedure
    .input(changed.extend({ title: schema.title }))
    .mutation(async ({ ctx, input }): Promise<ConversationSummary> => {
      await ctx.user.renameConversation(input.id, input.title, "person");
      return ctx.user.findConversation(input.id);
    }),

  update: personProcedure
    .input(
      changed.extend({
        pinned: z.boolean().optional(),
        model: schema.modelId.nullish(),
        readPosition: z.int().min(0).max(limits.position).optional(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<ConversationSummary> => {
      const { id, ...change } = input;
      if (change.model && !(await ctx.assistant.hasModel(change.model))) throw unknownModel();
      return ctx.user.updateConversation(id, change);
    }),

  delete: personProcedure
    .meta({ rest: { method: "DELETE", path: "/conversations/{id}", status: 204, summary: "Delete a conversation" } })
    .input(changed)
    .mutation(async ({ ctx, input }): Promise<null> => {
      await ctx.user.removeConversation(input.id);
      return null;
    }),

  /** A new conversation with copies of the messages before `position`. */
  fork: personProcedure
    .input(changed.extend({ position }))
    .mutation(({ ctx, input }): Promise<ConversationSummary> => ctx.user.forkConversation(input.id, input.position)),
});
