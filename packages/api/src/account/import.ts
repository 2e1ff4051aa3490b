import { limits, type Task } from "@holdfast/contract";
import * as schema from "@holdfast/contract/schemas";
import type { ExportedConversation, UserStore } from "@holdfast/db";
import { z } from "zod";
import { ApiError, toApiError } from "../errors.ts";
import { exportFormat } from "./export.ts";
import { jsonPieces } from "./json-items.ts";

export interface Imported {
  conversations: number;
  messages: number;
  tasks: number;
}

/** To the millisecond, as all times are stored: PostgreSQL would round up what is finer, beyond the latest time even. */
const time = z.iso
  .datetime()
  .refine(
    (text) => Date.parse(text) >= Date.parse(limits.earliestTime) && Date.parse(text) <= Date.parse(limits.latestTime),
    `must be from ${limits.earliestTime} to ${limits.latestTime}`,
  )
  .transform((text) => new Date(text).toISOString());

const exportedMessage = z
  .object({
    ...schema.newMessage.shape,
    id: schema.id,
    conversationId: schema.id,
    toolCalls: schema.newMessage.shape.toolCalls.unwrap().unwrap().min(1).nullable(),
    createdAt: time,
  })
  .superRefine(({ role, content, toolCalls }, context) => {
    for (const issue of schema.newMessage.safeParse({ role, content, toolCalls }).error?.issues ?? []) {
      context.addIssue({ code: "custom", path: issue.path, message: issue.message });
    }
  });

const exportedConversation = z.object({
  id: schema.id,
  title: schema.title,
  createdAt: time,
  updatedAt: time,
  pinnedAt: time.nullable(),
  messages: z.array(exportedMessage),
});

const exportedTask = z.object({
  title: schema.taskTitle,
  description: schema.taskDescription,
  completed: z.boolean(),
  createdAt: time,
  updatedAt: time,
});

/**
 * Takes in an export of ours, with new ids, some conversations to a transaction. What is not valid ends it with
 * BAD_REQUEST; the conversations before that one stay, and the message says how many.
 */
export async function importExport(user: UserStore, chunks: AsyncIterable<Uint8Array>): Promise<Imported> {
  const imported: Imported = { conversations: 0, messages: 0, tasks: 0 };
  const waiting: ExportedConversation[] = [];
  let weight = 0;
  const head = new Map<string, unknown>();

  async function store(): Promise<void> {
    const conversations = waiting.splice(0);
    weight = 0;
    if (conversations.length === 0) return;
    await user.importConversations(conversations);
    imported.conversations += conversations.length;
    for (const { messages } of conversations) imported.messages += messages.length;
  }

  async function readAll(): Promise<void> {
    for await (const piece of jsonPieces(atMost(limits.importBytes, chunks))) {
      if ("field" in piece) {
        head.set(piece.field, piece.value);
        continue;
      }
      assertOurs(head);
      if (piece.list === "conversations") {
        const path = `conversations.${imported.conversations + waiting.length}`;
        const conversation = parseItem(exportedConversation, piece.item, path);
        waiting.push(conversation);
        weight += weightOf(conversation);
        if (weight >= weightATime) await store();
      } else if (piece.list === "tasks") {
        const task = parseItem(exportedTask, piece.item, `tasks.${imported.tasks}`);
        await user.importTask(task satisfies Omit<Task, "id">);
        imported.tasks++;
      }
    }
    assertOurs(head);
  }

  try {
    try {
      await readAll();
    } finally {
      await store(); // those that came whole before a fault, too
    }
    return imported;
  } catch (error) {
    throw describe(error, imported);
  }
}

/** Few transactions for many small conversations, little memory for large ones: in characters, and so many for each row. */
const weightATime = 2_000_000;
const rowWeight = 2_000;

function weightOf({ messages }: ExportedConversation): number {
  let weight = rowWeight;
  for (const { content, toolCalls } of messages) {
    weight += rowWeight + content.length + (toolCalls ? JSON.stringify(toolCalls).length : 0);
  }
  return weight;
}

function assertOurs(head: Map<string, unknown>): void {
  if (head.get("format") === exportFormat.format && head.get("version") === exportFormat.version) return;
  throw unreadable("This is not a JSON export of Holdfast.", "format", "must be that of an export");
}

function parseItem<Output>(itemSchema: z.ZodType<Output>, item: unknown, path: string): Output {
  const { success, data, error } = itemSchema.safeParse(item);
  if (success) return data;
  const issues = error.issues.slice(0, 20).map((issue) => ({
    path: [path, ...issue.path].join("."),
    message: issue.message,
  }));
  throw new ApiError("BAD_REQUEST", `The file is not valid: ${issues[0]?.path} ${issues[0]?.message}.`, { issues });
}

/** With words for whoever chose the file. */
function unreadable(words: string, path: string, message: string): ApiError {
  return new ApiError("BAD_REQUEST", words, { issues: [{ path, message }] });
}

/** Says what is there already, for importing the whole file again would double it. */
function describe(error: unknown, { conversations }: Imported): ApiError {
  const isBroken = error instanceof SyntaxError || (error instanceof TypeError && "code" in error);
  const known = isBroken
    ? unreadable("This is not a JSON file, or not all of it.", "", "must be JSON")
    : toApiError(error);
  if (conversations === 0) return known;
  const stays = `${conversations} ${conversations === 1 ? "conversation" : "conversations"} before that ${conversations === 1 ? "was" : "were"} imported.`;
  const { code, issues, retryAfterMs } = known;
  return new ApiError(code, `${known.message} ${stays}`, { issues, retryAfterMs, cause: error });
}

async function* atMost(maxBytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) {
      throw new ApiError("PAYLOAD_TOO_LARGE", `The file is larger than ${maxBytes / 1_048_576} MiB.`);
    }
    yield chunk;
  }
}
