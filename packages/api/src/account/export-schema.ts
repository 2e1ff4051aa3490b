import { limits } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import { z } from "zod";

/** What an import takes of an export of ours. Ids are checked and not kept. */

/** To the millisecond, as all times are stored: PostgreSQL would round up what is finer, beyond the latest time even. */
const time = z.iso
  .datetime()
  .refine(
    (text) => Date.parse(text) >= Date.parse(limits.earliestTime) && Date.parse(text) <= Date.parse(limits.latestTime),
    `must be from ${limits.earliestTime} to ${limits.latestTime}`,
  )
  .transform((text) => new Date(text).toISOString());

export const exportedToolCall = schema.toolCall;

/** Its tool calls have been checked one by one, and are given as JSON. */
export const exportedMessage = z
  .object({
    id: schema.id,
    conversationId: schema.id,
    role: schema.newMessage.shape.role,
    content: schema.newMessage.shape.content,
    toolCalls: z.array(z.string()).min(1).max(limits.toolCallsPerMessage).nullable(),
    createdAt: time,
  })
  .superRefine(schema.refuseContent)
  .transform(({ role, content, toolCalls, createdAt }) => ({
    role,
    content,
    toolCalls: toolCalls && `[${toolCalls.join(",")}]`,
    createdAt,
  }));

/** Its messages have been checked one by one. */
export const exportedConversation = z
  .object({
    id: schema.id,
    title: schema.title,
    createdAt: time,
    updatedAt: time,
    pinnedAt: time.nullable(),
    messages: z.array(z.never()),
  })
  .transform(({ title, createdAt, updatedAt, pinnedAt }) => ({ title, createdAt, updatedAt, pinnedAt }));

export const exportedTask = z.object({
  title: schema.taskTitle,
  description: schema.taskDescription,
  completed: z.boolean(),
  createdAt: time,
  updatedAt: time,
});
