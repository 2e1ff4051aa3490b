import type { IncomingMessage, ServerResponse } from "node:http";
import type { Assistant, Span, SpanAttributes, ToolBox } from "@holdfast/assistant";
import type { Person } from "@holdfast/contract";
import type { Database } from "@holdfast/db";
import type { OAuthClients } from "./identity/auth.ts";
import type { Mailer } from "./identity/mail.ts";
import type { AppRouter } from "./routers/app-router.ts";

export interface ApiOptions {
  db: Database;
  assistant: Assistant;
  /** Tools that act for this person alone; opened for a turn and closed after it. */
  openTools(userId: string): ToolBox;
  /** Signs sessions and bearer tokens. */
  secret: string;
  /** The address people use, or null: then our own origin is the request's Host, on loopback names only. */
  appUrl: string | null;
  /** Whether forwarded headers are believed, and how many proxies wrote them. */
  trustProxy: boolean | number;
  /** 0 turns one off. */
  limits: ApiLimits;
  log: Log;
  /** Whether this process has no memory for more work: then it is refused, and slow readers are cut off sooner. */
  isShort?: (() => boolean) | undefined;
  /** Without one nothing is traced. */
  tracer?: Tracer | undefined;
  /** Without one nobody can be sent a new password. Needs `appUrl`: its links lead there. */
  mail?: Mailer;
  /** Other sites that people may sign in with. */
  oauth?: OAuthClients;
}

export interface ApiLimits {
  /** Turns a person. */
  sendsPerMinute: number;
  /** An account; an address may try three times as many. */
  signInsPerMinute: number;
  /** A person. */
  requestsPerMinute: number;
  /** Event streams that a person has open at once, in one process. */
  streams: number;
}

/** The part of a pino logger that is used here. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Begins the spans of traces. Which one is active is known wherever the work goes on, across every `await`. */
export interface Tracer {
  /** Below the active one. */
  begin(name: string, attributes: SpanAttributes): Span;
  /** The root of a trace of its own, linked to the active one: for what outlives it. */
  beginLinked(name: string, attributes: SpanAttributes): Span;
  /** Does the work with the span active. Does not end it. */
  within<T>(span: Span, work: () => T): T;
}

export type Caller = ReturnType<AppRouter["createCaller"]>;

export interface Api {
  /** Answers requests for `/api/...`. False if this is not one: then nothing was done. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** For server components: the same procedures without HTTP. `person` is null for a visitor; a database that does not answer throws. */
  forRequest(headers: Headers): Promise<{ person: Person | null; caller: Caller }>;
  /** The status of a conversation's page, decided before any of it is rendered. */
  pageAccess(headers: Headers, conversationId: string): Promise<200 | 403 | 404 | 503>;
  /** A cookie to send with a page, null where none is needed: by it all that a visitor does first is one guest's. */
  visitCookie(headers: Headers): string | null;
  /** Ends every stream, lets running turns finish for some seconds, ends the rest as interrupted. */
  stop(): Promise<void>;
  /** What is open now, for metrics. */
  stats(): { runningTurns: number; liveFeeds: number; openRequests: number };
}
