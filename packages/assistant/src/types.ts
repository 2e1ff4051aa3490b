import type { Json, Message, ModelInfo, ToolCall, TurnEvent, TurnFailure, Usage } from "@holdfast/contract";

/** The door of this package: given the messages it may see, it returns events. It has no way to a database. */
export interface Assistant {
  /** The models that can be chosen now; asks configured servers, caches the answer. The default is the first. */
  models(): Promise<ModelInfo[]>;
  /** Whether `id` can be used; unknown ids are refused before a turn starts. */
  hasModel(id: string): Promise<boolean>;
  defaultModel(): Promise<string>;
  /**
   * Runs one turn. Yields what is said as it is said; returns how it ended. A failure of the model, the tools or the network
   * is a returned outcome, never a throw. After `signal` aborts it yields nothing more and returns `aborted`.
   */
  runTurn(request: TurnRequest): AsyncGenerator<TurnEvent, TurnOutcome, void>;
  /** A short title for a first exchange, or null if the model has none to offer. Never throws. */
  suggestTitle(request: { model: string; prompt: string; answer: string; signal: AbortSignal }): Promise<string | null>;
  /** Characters of history that `model` can be given; beyond it the oldest turns are left out. */
  historyBudget(model: string): number;
  close(): Promise<void>;
}

export interface TurnRequest {
  model: string;
  /** What the person sent now. */
  prompt: string;
  /** The conversation before it, oldest first. */
  history: readonly Pick<Message, "role" | "content" | "toolCalls">[];
  /** What tools did in earlier, failed attempts at this very turn. */
  earlierCalls: readonly ToolCall[];
  person: { name: string; isGuest: boolean };
  /** Tools that act for this person alone. Opened on first use; closed by whoever made it. */
  tools: ToolBox;
  signal: AbortSignal;
  /** Where turns are traced: each round of the model and each call of a tool becomes a span below it. */
  span?: Span | undefined;
}

/** `usage` is null where nothing is known of it: the model counts nothing, or had not begun to speak. */
export type TurnOutcome =
  | {
      status: "completed";
      usage: Usage | null /** Cut at `limits.answerLength`, or by the model at a limit of its own. */;
      cut: boolean;
    }
  | { status: "aborted"; usage: Usage | null }
  | {
      status: "failed";
      failure: TurnFailure /** For the log; never for people. */;
      cause: unknown;
      usage: Usage | null;
    };

export interface ToolBox {
  list(signal: AbortSignal): Promise<ToolDescription[]>;
  /** A tool that fails is a result with status "failed", in plain words. */
  call(name: string, args: Json, signal: AbortSignal): Promise<{ result: Json; status: ToolCall["status"] }>;
  close(): Promise<void>;
}

export interface ToolDescription {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  inputSchema: Record<string, unknown>;
}

/** A piece of work in a trace. It is told names, codes and numbers, never what a person, a model or a tool has said. */
export interface Span {
  begin(name: string, attributes: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** With the code of its failure, if it failed. */
  end(failure?: string): void;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** What pino and its like offer. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
