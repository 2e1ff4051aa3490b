import { defaultTitle, limits } from "@holdfast/contract";
import { Check, Column, Entity, Index, type Relation } from "typeorm";
import { notBlank } from "../migrations/sql.ts";
import { IdKey, ListOf, now, OwnedBy, OwnerKey, TimeColumn } from "./columns.ts";
import { Message } from "./message.ts";
import { Turn } from "./turn.ts";
import { User } from "./user.ts";

@Entity("conversations")
@Index("conversations_recent", { synchronize: false })
@Index("conversations_pinned", { synchronize: false })
@Index("conversations_id", ["id"])
@Check("conversations_title_not_blank", notBlank("title"))
@Check("conversations_title_length", `char_length(title) <= ${limits.titleLength}`)
@Check("conversations_title_source", "title_source IN ('default', 'prompt', 'model', 'person')")
@Check("conversations_message_count", "message_count >= 0")
@Check("conversations_read_position", "read_position >= 0")
export class Conversation {
  @OwnerKey("conversations")
  userId: string;

  @IdKey("conversations")
  id: string;

  @OwnedBy("conversations", () => User, "conversations")
  user: Relation<User>;

  @Column({ type: "text", default: defaultTitle })
  title: string;

  /** Who gave the title: a person's is final. */
  @Column({ type: "text", name: "title_source", default: "default" })
  titleSource: "default" | "prompt" | "model" | "person";

  @Column({ type: "text", nullable: true })
  model: string | null;

  /** The last position. Counted up by the statement that inserts, which thereby hands out the positions. */
  @Column({ type: "integer", name: "message_count", default: 0 })
  messageCount: number;

  @Column({ type: "integer", name: "read_position", default: 0 })
  readPosition: number;

  @TimeColumn("pinned_at", { nullable: true })
  pinnedAt: Date | null;

  /** No foreign key: setting it to null would take the owner with it. Whoever reads it looks whether it exists. */
  @Column({ type: "uuid", name: "forked_from", nullable: true })
  forkedFrom: string | null;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;

  @ListOf(() => Message, "conversation")
  messages: Relation<Message>[];

  @ListOf(() => Turn, "conversation")
  turns: Relation<Turn>[];
}
