import { limits } from "@holdfast/contract";
import type { UserStore } from "@holdfast/db";
import type { z } from "zod";
import { ApiError, toApiError } from "../errors.ts";
import { conversationWriter } from "./conversation-writer.ts";
import { exportFormat } from "./export.ts";
import { exportedConversation, exportedMessage, exportedTask, exportedToolCall } from "./export-schema.ts";
import { type JsonPiece, jsonPieces, PieceTooLongError } from "./json-items.ts";

export interface Imported {
  conversations: number;
  messages: number;
  tasks: number;
}

const conversationList = "conversations";
const messageList = "conversations.messages";
const callList = "conversations.messages.toolCalls";
const lists = [conversationList, messageList, callList, "tasks"];

/**
 * Takes in an export of ours, with new ids, a message at a time. What is not valid ends it with BAD_REQUEST; the
 * conversations and tasks before that stay, and the message says how many.
 */
export async function importExport(user: UserStore, chunks: AsyncIterable<Uint8Array>): Promise<Imported> {
  const imported: Imported = { conversations: 0, messages: 0, tasks: 0 };
  const writer = conversationWriter(user, (messages) => {
    imported.conversations++;
    imported.messages += messages;
  });
  const take = pieceTaker(writer, async (task) => {
    await user.importTask(task);
    imported.tasks++;
  });
  try {
    try {
      const bytes = atMost(limits.importBytes, chunks);
      for await (const piece of jsonPieces(bytes, { lists, pieceLength: limits.importPieceLength })) await take(piece);
      await take(null);
    } finally {
      await writer.end();
    }
    return imported;
  } catch (error) {
    throw describe(error, imported);
  }
}

type Fields = Record<string, unknown>;

/** Makes conversations, messages and tasks of pieces. Null is the end of the file. */
function pieceTaker(
  writer: ReturnType<typeof conversationWriter>,
  addTask: (task: z.output<typeof exportedTask>) => Promise<void>,
) {
  const head: Fields = {};
  let conversation: Fields = {};
  let message: Fields = {};
  let calls: string[] = [];
  const done = { conversations: 0, messages: 0, tasks: 0 };

  function begin(list: string): void {
    assertOurs(head);
    if (list === messageList) conversation.messages = [];
    if (list === callList) message.toolCalls = calls;
  }

  /** Only what is asked for is kept: a file may hold any number of other fields. */
  function setField(of: string, name: string, value: unknown): void {
    if (of === "" && name in exportFormat) head[name] = value;
    if (of === conversationList && Object.hasOwn(exportedConversation.in.shape, name)) conversation[name] = value;
    if (of === messageList && Object.hasOwn(exportedMessage.in.shape, name)) message[name] = value;
  }

  const messagePath = () => `conversations.${done.conversations}.messages.${done.messages}`;

  async function endItem(list: string, value: unknown): Promise<void> {
    switch (list) {
      case callList: {
        const path = `${messagePath()}.toolCalls.${calls.length}`;
        if (calls.length === limits.toolCallsPerMessage) {
          throw notValid([{ path, message: `is one too many: a message has at most ${limits.toolCallsPerMessage}` }]);
        }
        calls.push(JSON.stringify(parseItem(exportedToolCall, value, path)));
        return;
      }
      case messageList: {
        const parsed = parseItem(exportedMessage, value, messagePath());
        [message, calls] = [{}, []];
        done.messages++;
        return writer.addMessage(parsed);
      }
      case conversationList: {
        const parsed = parseItem(exportedConversation, value, `conversations.${done.conversations}`);
        conversation = {};
        done.conversations++;
        done.messages = 0;
        return writer.endConversation(parsed);
      }
      default: {
        await addTask(parseItem(exportedTask, value, `tasks.${done.tasks}`));
        done.tasks++;
      }
    }
  }

  return async function take(piece: JsonPiece | null): Promise<void> {
    switch (piece?.type) {
      case "list":
        return begin(piece.list);
      case "field":
        return setField(piece.of, piece.name, piece.value);
      case "item":
        return endItem(piece.list, piece.value);
      case "end":
        return endItem(piece.list, piece.list === messageList ? message : conversation);
      case undefined:
        return assertOurs(head);
      default:
        piece satisfies never;
    }
  };
}

function assertOurs(head: Fields): void {
  if (head.format === exportFormat.format && head.version === exportFormat.version) return;
  throw unreadable("This is not a JSON export of Holdfast.", "format", "must be that of an export");
}

function parseItem<Output>(itemSchema: z.ZodType<Output>, item: unknown, path: string): Output {
  const { success, data, error } = itemSchema.safeParse(item);
  if (success) return data;
  throw notValid(
    error.issues.slice(0, 20).map((issue) => ({ path: [path, ...issue.path].join("."), message: issue.message })),
  );
}

function notValid(issues: { path: string; message: string }[]): ApiError {
  return new ApiError("BAD_REQUEST", `The file is not valid: ${issues[0]?.path} ${issues[0]?.message}.`, { issues });
}

/** With words for whoever chose the file. */
function unreadable(words: string, path: string, message: string): ApiError {
  return new ApiError("BAD_REQUEST", words, { issues: [{ path, message }] });
}

function explain(error: unknown): ApiError {
  if (error instanceof PieceTooLongError) {
    const most = `${limits.importPieceLength.toLocaleString("en")} characters`;
    return unreadable(
      `A field or an item of the file is longer than ${most}.`,
      "",
      `must have pieces of at most ${most}`,
    );
  }
  const isBroken = error instanceof SyntaxError || (error instanceof TypeError && "code" in error);
  if (isBroken) return unreadable("This is not a JSON file, or not all of it.", "", "must be JSON");
  return toApiError(error);
}

/** Says what is there already, for importing the whole file again would double it. */
function describe(error: unknown, { conversations, tasks }: Imported): ApiError {
  const known = explain(error);
  const stored = [counted(conversations, "conversation"), counted(tasks, "task")].filter((one) => one !== null);
  if (stored.length === 0) return known;
  const stays = `${stored.join(" and ")} before that ${conversations + tasks === 1 ? "was" : "were"} imported.`;
  const { code, issues, retryAfterMs } = known;
  return new ApiError(code, `${known.message} ${stays}`, { issues, retryAfterMs, cause: error });
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? "" : "s"}`;
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
