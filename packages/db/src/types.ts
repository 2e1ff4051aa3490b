import type {
  ConversationSummary,
  Message,
  Person,
  PlacedMessage,
  Role,
  Task,
  ToolCall,
  TurnChunk,
  TurnFailure,
  TurnStatus,
  TurnSummary,
  TurnView,
  Usage,
} from "@holdfast/contract";
import type { QueryResult, QueryResultRow } from "pg";
import type { JsonText } from "./json-text.ts";

/** The door of this package. Everything behind it returns plain objects: no entity instance leaves. */
export interface Database {
  /** All that one person may do with their own data. Costs nothing: no query is sent. */
  forUser(userId: string): UserStore;
  /** What the turn runners of all processes need across people. */
  runners: RunnerStore;
  /** The connection strings of the other roles, for the processes and libraries that own them. */
  urls: { app: string; auth: string; tasks: string };
  /** Notices between processes on one database. */
  notices: NoticeBoard;
  /** True if the database answers within a second. */
  isReady(): Promise<boolean>;
  /** People, their sessions and their passwords, as the role that may read them. */
  identity: IdentityStore;
  /**
   * Ends a guest's sessions and remembers that what they have is to go to the user; survives a crash. False, and nothing
   * done, where they are no guest any more.
   */
  beginMove(guestId: string, userId: string): Promise<boolean>;
  pendingMoves(): Promise<{ guestId: string; userId: string }[]>;
  /** Gives a guest's conversations, tasks and turns to another user, then deletes the guest. */
  moveGuest(guestId: string, userId: string): Promise<void>;
  /** The move is over, or can never be: it is forgotten, and with it a guest who is left, whom nobody can be any more. */
  endMove(guestId: string): Promise<void>;
  /**
   * Deletes a user and, by cascade, everything of theirs; guests whose things were on their way to them, too. Returns
   * whether there was one.
   */
  deleteUser(userId: string): Promise<boolean>;
  /** Deletes guests unused since `before`, at most `limit`. Returns how many. */
  deleteUnusedGuests(before: Date, limit: number): Promise<number>;
  /** Counts one use of `key` in the current window; shared by all processes. Never throws for a full window. */
  countUse(key: string, limit: number, windowMs: number): Promise<{ allowed: boolean; retryAfterMs: number }>;
  /** Sizes of the pool, for metrics. */
  poolStats(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export interface IdentityStore {
  /** For Better Auth, which speaks to its tables itself. */
  pool: IdentityPool;
  /** Whether the database has not answered Better Auth, in time or at all, since this `performance.now()`. */
  hasFailedSince(time: number): boolean;
  findPerson(userId: string): Promise<Person | null>;
  sessionLives(token: string, userId: string): Promise<boolean>;
  endSession(token: string): Promise<void>;
  endSessionsOf(userId: string, except?: { token: string }): Promise<void>;
  endSessionById(userId: string, sessionId: string): Promise<boolean>;
  listSessions(userId: string): Promise<StoredSession[]>;
  /** When the session of this token began. */
  sessionAge(token: string): Promise<{ ageMs: number } | null>;
  findPasswordHash(userId: string): Promise<string | null>;
  /** Gives the account with this address a password, and ends its sessions. Returns whose it is; null where it is nobody's. */
  setPassword(email: string, hash: string): Promise<string | null>;
}

/** The pool of Better Auth's role, as Better Auth uses it. */
export interface IdentityPool {
  options: object;
  connect(): Promise<{
    query<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<QueryResult<Row>>;
    release(destroy?: boolean): void;
  }>;
  end(): Promise<void>;
}

export interface StoredSession {
  id: string;
  token: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  userAgent: string | null;
  address: string | null;
}

export interface ListPage {
  limit: number;
  /** From a page before. Malformed: `InvalidCursorError`. */
  cursor?: string | undefined;
}

export interface ConversationList {
  /** Most recently updated first. */
  conversations: ConversationSummary[];
  /** Leads to older ones; null at the end. */
  nextCursor: string | null;
}

export interface MessagePage {
  /** Oldest first. */
  messages: PlacedMessage[];
  /** The turns that these messages belong to, and the unstored ones that have their place among them; by `firstPosition`, then `startedAt`. */
  turns: TurnSummary[];
  /** The turn at the end of the conversation, wherever the page is, while it has stored no answer. */
  openTurn: TurnView | null;
  /** Leads to older messages; null at the beginning of the conversation. */
  olderCursor: string | null;
  /** Leads to newer messages; null at the end. */
  newerCursor: string | null;
}

/**
 * Every method throws `NotFoundError` for a conversation, turn or task that does not exist,
 * `ForbiddenError` for a conversation of somebody else, and `UnavailableError` if the database does not answer.
 */
export interface UserStore {
  /** The most recently updated conversation, or a new one. Two at once of a new user make one. */
  getOrCreateConversation(): Promise<ConversationSummary>;
  createConversation(input?: { title?: string; model?: string | null }): Promise<ConversationSummary>;
  findConversation(id: string): Promise<ConversationSummary>;
  /** Most recently updated first, in keyset pages. */
  listConversations(page: ListPage): Promise<ConversationList>;
  /** The same for whoever passes it on. */
  conversationListJson(page: ListPage): Promise<JsonText<ConversationList>>;
  /** Most recently pinned first; at most 100. */
  listPinned(): Promise<ConversationSummary[]>;
  /** A person's rename is final; a model's title (`by: "model"`) changes nothing after one. Returns whether it changed. Does not move the conversation. */
  renameConversation(id: string, title: string, by?: "person" | "model"): Promise<boolean>;
  /** Those given change; none of them moves the conversation in the list. `readPosition` never decreases. */
  updateConversation(
    id: string,
    change: { pinned?: boolean; model?: string | null; readPosition?: number },
  ): Promise<ConversationSummary>;
  /** With its messages, turns and chunks, by cascade. */
  removeConversation(id: string): Promise<void>;
  /** A new conversation with copies of the messages before `position`. */
  forkConversation(id: string, position: number): Promise<ConversationSummary>;

  /** One statement: moves the conversation to the top, hands out the position, inserts. While a turn runs there: `TurnRunningError`. */
  addMessage(
    conversationId: string,
    role: Role,
    content: string,
    toolCalls?: ToolCall[] | null,
  ): Promise<PlacedMessage>;
  /** The whole conversation, oldest first. */
  getChatHistory(conversationId: string): Promise<Message[]>;
  /** The same for whoever passes it on, at half the cost. */
  chatHistoryJson(conversationId: string): Promise<JsonText<Message[]>>;
  /** The newest page; or by `cursor` (either way, from a page before); or the page around a message. */
  pageOfMessages(conversationId: string, page: ListPage & { around?: string | undefined }): Promise<MessagePage>;
  /** The newest messages first whose total of characters is within `characters`, returned oldest first; for a model's context. */
  recentHistory(conversationId: string, characters: number): Promise<PlacedMessage[]>;
  /** One message by its id; `NotFoundError` also for another's. */
  findMessage(id: string): Promise<PlacedMessage>;
  /** Words that all occur, the last as a prefix; in titles and messages; best and newest first. */
  search(query: string, limit: number): Promise<SearchHit[]>;

  /**
   * Begins a turn, or finds that it has begun already. Idempotent by `turnId`:
   * - unknown: the turn is inserted as running; without `conversationId` a conversation is made, titled `title`;
   *   the conversation moves to the top → `started: true`
   * - running, completed or stopped, with the same text and conversation → `started: false`, as it stands
   * - failed or interrupted → it runs again, `started: true`, with the tool calls of the attempts before in `earlierCalls`
   * - another text or conversation: `TurnConflictError`; another turn is running there: `TurnRunningError`
   */
  startTurn(input: StartTurn): Promise<StartedTurn>;
  /** A turn in any state, with what it has said: of its chunks while it runs, of `partial` or its messages afterwards. */
  findTurn(turnId: string): Promise<TurnView>;
  /** The turn that runs in the conversation, or the last one if it stored nothing (failed, interrupted); else null. */
  openTurn(conversationId: string): Promise<TurnView | null>;
  runningTurns(): Promise<TurnView[]>;
  /** The messages that a turn stored, oldest first. */
  turnMessages(turnId: string): Promise<Message[]>;
  /**
   * Sets the mark that ends the turn; a notice tells its runner, which looks for the mark itself where it may have missed the
   * notice. False if it does not run (any more).
   */
  requestStop(turnId: string): Promise<boolean>;
  /** Who runs it, and whether it is to be stopped, without anything it has said. */
  findTurnState(turnId: string): Promise<TurnState>;

  /** Open tasks first, then the completed; each oldest first. */
  listTasks(): Promise<Task[]>;
  addTask(input: { title: string; description?: string }): Promise<Task>;
  updateTask(id: string, change: { title?: string; description?: string; completed?: boolean }): Promise<Task>;
  removeTask(id: string): Promise<void>;

  /** Everything, a conversation at a time. Opens a cursor: finish it or return it. */
  exportConversations(): AsyncGenerator<ExportedConversation>;
  /** In one transaction: conversations of an export, with new ids and the content, order, times and tool calls they had. */
  importConversations(conversations: readonly ImportedConversation[]): Promise<void>;
  /** One that is too long to be held: its messages are stored as they come. Nothing is stored before the first `append`. */
  importLongConversation(): LongImport;
  importTask(task: Omit<Task, "id">): Promise<Task>;
}

export interface ExportedConversation {
  id: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  pinnedAt: string | null;
  messages: Message[];
}

export interface ImportedConversation extends Omit<ExportedConversation, "id" | "messages"> {
  messages: ImportedMessage[];
}

export interface ImportedMessage extends Pick<Message, "role" | "content" | "createdAt"> {
  /** As JSON: what was parsed takes many times the memory of its text. */
  toolCalls: string | null;
}

export interface LongImport {
  /** In one transaction. `NotFoundError` where the conversation has been deleted in between. */
  append(messages: readonly ImportedMessage[]): Promise<void>;
  /** Until then the conversation has the title of a new one, and is the last in the list. */
  finish(head: Omit<ImportedConversation, "messages">): Promise<void>;
  /** Removes what was stored. */
  discard(): Promise<void>;
}

export interface SearchHit {
  conversationId: string;
  conversationTitle: string;
  /** Null where the title matched. */
  messageId: string | null;
  position: number | null;
  /** Some words around the match, the matching ones between U+E000 and U+E001. Plain text. */
  excerpt: string;
  at: string;
}

export interface StartTurn {
  turnId: string;
  conversationId?: string | undefined;
  prompt: string;
  model: string;
  title: string;
  /** Of the process that will run it; see `RunnerStore.register`. */
  runner: number;
}

export interface TurnState {
  status: TurnStatus;
  /** Of the process that runs it, or has run it last. */
  runner: number | null;
  stopRequested: boolean;
}

export interface StartedTurn {
  started: boolean;
  conversationCreated: boolean;
  turn: TurnView;
  /** What tools did in earlier attempts at this turn; given to the model so that nothing is done twice. */
  earlierCalls: ToolCall[];
}

/** The end of a turn, told by its runner. */
export type TurnEnd =
  | { status: "completed" | "stopped"; steps: StoredStep[]; usage: Usage | null; cut: boolean }
  /** `interrupted` by a process that is asked to end and cannot wait. */
  | { status: "failed" | "interrupted"; failure: TurnFailure; steps: StoredStep[]; usage: Usage | null };

export interface StoredStep {
  content: string;
  toolCalls: ToolCall[];
}

export interface RunnerStore {
  /**
   * Takes a number for this process: a session advisory lock on the direct connection and a row with a heartbeat,
   * renewed every second. The lock dies with the process; the heartbeat tells a paused one.
   */
  register(): Promise<{
    runner: number;
    /** The lease was lost (outage, pause): its turns may have been taken. */
    onLost(listener: () => void): void;
  }>;
  /**
   * One INSERT for all turns of the process, with NOTIFY for the others. `synchronous_commit` is off for it. Fenced like
   * `finishTurn`: chunks of a turn that is gone, has ended or runs elsewhere by now are left out, without an error.
   */
  appendChunks(
    runner: number,
    chunks: readonly (TurnChunk & { userId: string; conversationId: string })[],
  ): Promise<void>;
  /**
   * One transaction, fenced by `status = 'running' AND runner = $runner`: ends the turn, stores its messages (none if it failed:
   * then `turns.partial` keeps what was said), deletes its chunks, notifies. Returns false, with nothing changed, if the turn is not this runner's any more.
   */
  finishTurn(turn: { userId: string; turnId: string; runner: number }, end: TurnEnd): Promise<boolean>;
  /** Marks the turns of dead runners interrupted, what they had said kept in `partial`. Returns them. */
  sweep(): Promise<{ userId: string; conversationId: string; turnId: string }[]>;
}

/**
 * What processes tell each other over LISTEN/NOTIFY, their own notices included (`own` is true for those).
 * `lost` after a reconnect: notices may have been missed.
 */
export type Notice =
  | { type: "chunks"; userId: string; conversationId: string; chunk: TurnChunk }
  | { type: "turn-started" | "turn-ended"; userId: string; conversationId: string; turnId: string; status: TurnStatus }
  | { type: "turn-stop"; userId: string; turnId: string }
  | { type: "conversation"; userId: string; conversationId: string; change: "created" | "updated" | "deleted" }
  | { type: "tasks"; userId: string }
  | { type: "user-deleted" | "sessions-changed"; userId: string }
  | { type: "lost" };

export interface NoticeBoard {
  subscribe(listener: (notice: Notice, own: boolean) => void): () => void;
  /** For what no store tells by itself, such as `sessions-changed`. Sent soon, never waited for. */
  publish(notice: Notice): void;
}
