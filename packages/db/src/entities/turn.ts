import {
  limits,
  type ToolCall,
  type TurnEvent,
  type TurnFailure,
  type TurnStatus,
  turnStatuses,
  type Usage,
} from "@holdfast/contract";
import { Check, Column, Entity, Index, type Relation } from "typeorm";
import { notBlank } from "../migrations/sql.ts";
import { IdKey, ListOf, now, OwnerKey, PartOf, TimeColumn } from "./columns.ts";
import { Conversation } from "./conversation.ts";
import { TurnChunk } from "./turn-chunk.ts";

/** One exchange: what a person sent, and the assistant's answer while it is written, or what became of it. */
@Entity("turns")
@Index("turns_running", { synchronize: false })
@Index("turns_place", ["userId", "conversationId", "firstPosition"])
@Index("turns_runner", { synchronize: false })
@Check("turns_status", `status IN (${turnStatuses.map((status) => `'${status}'`).join(", ")})`)
@Check("turns_prompt_not_blank", notBlank("prompt"))
@Check("turns_prompt_length", `char_length(prompt) <= ${limits.messageLength}`)
@Check("turns_positions", "first_position >= 1 AND last_position >= first_position")
export class Turn {
  @OwnerKey("turns")
  userId: string;

  /** Given by the client, which makes a send idempotent. */
  @IdKey("turns")
  id: string;

  @Column({ type: "uuid", name: "conversation_id" })
  conversationId: string;

  @PartOf("turns_conversation_fkey", "conversation_id", () => Conversation, "turns")
  conversation: Relation<Conversation>;

  @Column({ type: "text", default: "running" })
  status: TurnStatus;

  @Column({ type: "text" })
  prompt: string;

  @Column({ type: "text", default: "built-in" })
  model: string;

  @Column({ type: "jsonb", nullable: true })
  error: TurnFailure | null;

  /** What a turn that stored nothing had said. */
  @Column({ type: "jsonb", default: [] })
  partial: TurnEvent[];

  /** What tools did in attempts before this one. */
  @Column({ type: "jsonb", name: "earlier_calls", default: [] })
  earlierCalls: ToolCall[];

  @Column({ type: "jsonb", nullable: true })
  usage: Usage | null;

  @Column({ type: "boolean", default: false })
  cut: boolean;

  @Column({ type: "boolean", name: "stop_requested", default: false })
  stopRequested: boolean;

  @Column({ type: "integer", nullable: true })
  runner: number | null;

  @Column({ type: "integer", name: "first_position", default: 1 })
  firstPosition: number;

  @Column({ type: "integer", name: "last_position", nullable: true })
  lastPosition: number | null;

  @TimeColumn("started_at", { default: now })
  startedAt: Date;

  @TimeColumn("ended_at", { nullable: true })
  endedAt: Date | null;

  @ListOf(() => TurnChunk, "turn")
  chunks: Relation<TurnChunk>[];
}
