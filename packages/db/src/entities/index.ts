import { Account } from "./account.ts";
import { Conversation } from "./conversation.ts";
import { Message } from "./message.ts";
import { RateLimit } from "./rate-limit.ts";
import { Runner } from "./runner.ts";
import { Session } from "./session.ts";
import { Task } from "./task.ts";
import { Turn } from "./turn.ts";
import { TurnChunk } from "./turn-chunk.ts";
import { User } from "./user.ts";
import { Verification } from "./verification.ts";

export { Account, Conversation, Message, RateLimit, Runner, Session, Task, Turn, TurnChunk, User, Verification };

export const entities = [
  User,
  Session,
  Account,
  Verification,
  RateLimit,
  Task,
  Conversation,
  Message,
  Turn,
  TurnChunk,
  Runner,
];
