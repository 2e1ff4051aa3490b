import { limits, type Role, roles, type ToolCall } from "@holdfast/contract";
import { Check, Column, Entity, Index, type Relation, Unique } from "typeorm";
import { notBlank } from "../migrations/sql.ts";
import { IdKey, now, OwnedBy, OwnerKey, PartOf, TimeColumn } from "./columns.ts";
import { Conversation } from "./conversation.ts";
import { User } from "./user.ts";

/** Append-only: it goes when its conversation or its owner goes. */
@Entity("messages")
@Unique("messages_position_key", ["userId", "conversationId", "position"])
@Index("messages_search", { synchronize: false })
@Check("messages_position", "position >= 1")
@Check("messages_role", `role IN (${roles.map((role) => `'${role}'`).join(", ")})`)
@Check("messages_content_not_blank", `${notBlank("content")} OR (role = 'assistant' AND tool_calls IS NOT NULL)`)
@Check(
  "messages_content_length",
  `char_length(content) <= CASE role WHEN 'user' THEN ${limits.messageLength} ELSE ${limits.answerLength} END`,
)
@Check(
  "messages_tool_calls",
  `CASE WHEN tool_calls IS NULL THEN true WHEN jsonb_typeof(tool_calls) <> 'array' THEN false
   ELSE jsonb_array_length(tool_calls) > 0 END`,
)
export class Message {
  @OwnerKey("messages")
  userId: string;

  @IdKey("messages")
  id: string;

  @OwnedBy("messages", () => User)
  user: Relation<User>;

  @Column({ type: "uuid", name: "conversation_id" })
  conversationId: string;

  @PartOf("messages_conversation_fkey", "conversation_id", () => Conversation, "messages")
  conversation: Relation<Conversation>;

  /** From 1, without gaps: the one order of a conversation. */
  @Column({ type: "integer" })
  position: number;

  @Column({ type: "text" })
  role: Role;

  @Column({ type: "text" })
  content: string;

  @Column({ type: "jsonb", name: "tool_calls", nullable: true })
  toolCalls: ToolCall[] | null;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;
}
