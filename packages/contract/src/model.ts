/** Plain data that crosses the wire. Times are ISO 8601 strings in UTC with milliseconds; ids are UUIDs. */

export const roles = ["user", "assistant", "system", "tool"] as const;
export type Role = (typeof roles)[number];

export const turnStatuses = ["running", "completed", "stopped", "failed", "interrupted"] as const;
export type TurnStatus = (typeof turnStatuses)[number];

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface ToolCall {
  id: string;
  /** The tool's name as the model knows it, such as `add_task`. */
  name: string;
  arguments: Json;
  result: Json;
  status: "completed" | "failed";
}

export interface Message {
  id: string;
  conversationId: string;
  role: Role;
  content: string;
  /** Null where there are none; never an empty list. */
  toolCalls: ToolCall[] | null;
  createdAt: string;
}

/** A message with its place in the conversation: positions begin at 1 and have no gaps. */
export interface PlacedMessage extends Message {
  position: number;
}

export interface Conversation {
  id: string;
  title: string;
  createdAt: string;
  updatedAt: string;
}

/** What the sidebar knows of a conversation. */
export interface ConversationSummary extends Conversation {
  /** The model chosen for it, or null for the default. */
  model: string | null;
  /** The last position. */
  messageCount: number;
  /** Up to where its owner has read; unread when smaller than `messageCount`. */
  readPosition: number;
  pinnedAt: string | null;
  /** The conversation this one branched from, while that one exists. */
  forkedFrom: string | null;
  /** Whether a turn runs in it now. */
  running: boolean;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** US dollars, where the model's price is known. */
  cost: number | null;
  /** There where the provider has not counted all of it, as of an answer that was stopped: that part is guessed from the text. */
  estimated?: true;
}

/** Why a turn failed, in words a person understands; `code` for programs. */
export interface TurnFailure {
  code: TurnFailureCode;
  message: string;
}

export const turnFailureCodes = [
  "model_unavailable", // cannot be reached, or answers 5xx
  "model_refused", // 401, 403: the key is missing or wrong
  "model_busy", // 429
  "model_unknown", // the model does not exist, or is not configured any more
  "model_broke_off", // ended in mid-answer
  "model_garbled", // an answer that is none of the protocol's
  "model_silent", // no sign of life within the limit
  "answer_blank",
  "context_too_long",
  "interrupted", // the server that ran it ended
  "internal",
] as const;
export type TurnFailureCode = (typeof turnFailureCodes)[number];

/** A turn as shown beside the stored messages: which positions are its own, how it ended. */
export interface TurnSummary {
  id: string;
  conversationId: string;
  status: TurnStatus;
  model: string;
  /**
   * The position of its first message. For a turn that stored nothing: where its messages would have begun,
   * so that it is shown in its place.
   */
  firstPosition: number;
  /** Null while nothing of it is stored. */
  lastPosition: number | null;
  usage: Usage | null;
  /** True where the answer was cut: at `limits.answerLength`, or by the model at a limit of its own. */
  cut: boolean;
  failure: TurnFailure | null;
  startedAt: string;
  endedAt: string | null;
}

export interface Task {
  id: string;
  title: string;
  description: string;
  completed: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Person {
  id: string;
  name: string;
  /** Null for a guest. */
  email: string | null;
  isGuest: boolean;
}

export interface ModelInfo {
  /** `built-in`, `openai/<id>` or `anthropic/<id>`. */
  id: string;
  /** What people read: "Built-in", or the id without its provider. */
  name: string;
}
