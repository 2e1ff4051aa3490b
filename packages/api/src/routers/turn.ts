import type { ConversationSummary, Message, Person, TurnView } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import type { UserStore } from "@holdfast/db";
import { tracked } from "@trpc/server";
import { z } from "zod";
import type { Context } from "../context.ts";
import { ApiError } from "../errors.ts";
import { guestProcedure, personProcedure, router } from "../trpc.ts";
import { answerText } from "../turns/answer.ts";
import type { TurnWatchEvent } from "../turns/turns.ts";

const byTurn = z.object({ turnId: schema.id });

const send = z.strictObject({
  conversationId: schema.absentable(schema.id),
  message: schema.messageContent,
  model: schema.absentable(schema.modelId),
});

export const turnRouter = router({
  /** Begins a turn; its answer comes over `live.feed` or `turn.watch`. */
  start: guestProcedure(send.extend({ turnId: schema.id })).mutation(
    async ({ ctx, input }): Promise<{ conversation: ConversationSummary; turn: TurnView }> => {
      await countSend(ctx, input.turnId);
      return ctx.turns.start({ ...input, person: ctx.person });
    },
  ),

  /** Begins a turn and waits for its answer: for programs. */
  chat: guestProcedure(send.extend({ turnId: schema.absentable(schema.id) }))
    .meta({
      rest: {
        method: "POST",
        path: "/chat",
        summary: "Send a message and wait for the answer",
        output: z.object({
          conversationId: schema.id,
          turnId: schema.id,
          response: z.string(),
          messages: z.array(schema.message),
        }),
      },
    })
    .mutation(
      async ({
        ctx,
        input,
        signal,
      }): Promise<{ conversationId: string; turnId: string; response: string; messages: Message[] }> => {
        const turnId = input.turnId ?? crypto.randomUUID();
        await countSend(ctx, turnId);
        const { turn, messages } = await ctx.turns.startAndWait({ ...input, turnId, person: ctx.person }, signal);
        if (turn.failure) throw new ApiError("ASSISTANT_FAILED", turn.failure.message);
        return { conversationId: turn.conversationId, turnId, response: answerText(turn.steps), messages };
      },
    ),

  stop: personProcedure
    .input(z.strictObject({ turnId: schema.id }))
    .mutation(async ({ ctx, input }): Promise<{ stopped: boolean }> => {
      return { stopped: await ctx.turns.stop(ctx.person.id, input.turnId) };
    }),

  get: personProcedure.input(byTurn).query(({ ctx, input }): Promise<TurnView> => ctx.user.findTurn(input.turnId)),

  /** The turn that runs in the conversation, or the last one if it stored nothing. */
  open: personProcedure
    .input(z.object({ conversationId: schema.id }))
    .query(({ ctx, input }): Promise<TurnView | null> => ctx.user.openTurn(input.conversationId)),

  /** A turn from where `lastEventId` (`turnId:seq`) left off, until it has ended. */
  watch: personProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/turns/{id}/events",
        params: { id: "turnId" },
        summary: "Follow a turn as it is answered, as server-sent events",
      },
    })
    .input(byTurn.extend({ lastEventId: z.string().max(100).nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      const { turnId } = input;
      const watching = ctx.turns.watch({
        userId: ctx.person.id,
        turnId,
        afterSeq: seqOf(input.lastEventId, turnId),
        signal: signal ?? new AbortController().signal,
      });
      for await (const event of watching) {
        const seq = event.type === "chunk" ? event.seq : event.turn.seq;
        yield tracked<TurnWatchEvent>(`${turnId}:${seq}`, event);
      }
    }),
});

/** At the limit a turn that was sent before, and need not run again, is answered all the same. */
async function countSend(ctx: Pick<Context, "limits"> & { person: Person; user: UserStore }, turnId: string) {
  try {
    await ctx.limits.countSend(ctx.person.id);
  } catch (refusal) {
    const known = await ctx.user.findTurn(turnId).catch(() => null); // the refusal is what is told
    if (known === null || known.status === "failed" || known.status === "interrupted") throw refusal;
  }
}

/** 0, so everything, for an id that is not one of this turn. */
function seqOf(lastEventId: string | null | undefined, turnId: string): number {
  const [id, seq] = lastEventId?.split(":") ?? [];
  return id === turnId && /^\d{1,9}$/.test(seq ?? "") ? Number(seq) : 0;
}
