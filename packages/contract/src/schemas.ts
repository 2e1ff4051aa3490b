import { z } from "zod";
import { jsonFault } from "./json.ts";
import { limits } from "./limits.ts";
import { type Json, type Role, roles, turnFailureCodes, turnStatuses } from "./model.ts";
import { codePointLength, isBlank, isStorable } from "./text.ts";

/** The zod schemas of everything that crosses the wire. For servers and tests; the browser does without zod. */

/** Any that PostgreSQL holds, of whatever version, in the small letters in which it comes back: ids are compared as text. */
export const id = z.guid("must be a UUID").toLowerCase();

/** Text of at most `max` code points that PostgreSQL can hold, not blank. */
function text(max: number) {
  return storableText(max).refine((value) => !isBlank(value), "must not be empty or only white space");
}

function storableText(max: number) {
  return z
    .string()
    .refine((value) => codePointLength(value) <= max, `must have at most ${max.toLocaleString("en")} characters`)
    .refine(isStorable, "must not contain U+0000 or half of a surrogate pair");
}

/** What may be left out, or be null, which says the same. */
export function absentable<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export const role = z.enum(roles);
export const turnStatus = z.enum(turnStatuses);
export const title = text(limits.titleLength);
export const messageContent = text(limits.messageLength);
export const modelId = z.string().min(1).max(200).refine(isStorable, "must not contain U+0000");

/** The very value that came in: zod's own schema of JSON makes a copy, without a key `__proto__`. */
const storableJson = z.unknown().superRefine((value, context) => {
  const message = jsonFault(value);
  if (message) context.addIssue({ code: "custom", message, continue: false });
}) as z.ZodType<Json>; // what has no fault is JSON

const toolName = z.string().min(1).max(200).refine(isStorable, "must not contain U+0000 or half of a surrogate pair");

export const toolCall = z.strictObject({
  id: toolName,
  name: toolName,
  arguments: storableJson,
  result: storableJson,
  status: z.enum(["completed", "failed"]),
});

/** What a program may store: any role; text is required unless an assistant's message carries tool calls. */
export const newMessage = z
  .strictObject({
    role,
    content: storableText(limits.answerLength),
    toolCalls: z.array(toolCall).max(limits.toolCallsPerMessage).nullish(),
  })
  .superRefine(refuseContent);

/** What content may be depends on the role, and on whether there are tool calls. */
export function refuseContent(
  message: { role: Role; content: string; toolCalls?: { length: number } | null | undefined },
  context: z.RefinementCtx,
): void {
  const hasCalls = message.role === "assistant" && (message.toolCalls?.length ?? 0) > 0;
  if (isBlank(message.content) && !hasCalls) {
    context.addIssue({ code: "custom", path: ["content"], message: "must not be empty or only white space" });
  }
  if (message.role === "user" && codePointLength(message.content) > limits.messageLength) {
    const message = `must have at most ${limits.messageLength.toLocaleString("en")} characters`;
    context.addIssue({ code: "custom", path: ["content"], message });
  }
}

export const searchText = text(limits.searchLength);

/** An opaque place in a list. */
export const cursor = z.string().min(1).max(200);

export function pageLimit({ default: fallback, max }: { default: number; max: number }) {
  return z.int().min(1).max(max).default(fallback);
}

export const conversation = z.object({
  id,
  title: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const message = z.object({
  id,
  conversationId: id,
  role,
  content: z.string(),
  toolCalls: z.array(toolCall).nullable(),
  createdAt: z.iso.datetime(),
});

export const turnFailure = z.object({ code: z.enum(turnFailureCodes), message: z.string() });

export const taskTitle = text(limits.taskTitleLength);
export const taskDescription = storableText(limits.taskDescriptionLength);
