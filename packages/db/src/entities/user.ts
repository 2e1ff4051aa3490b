import { Column, Entity, Index, type Relation, Unique } from "typeorm";
import { Account } from "./account.ts";
import { IdKey, ListOf, now, TimeColumn } from "./columns.ts";
import { Conversation } from "./conversation.ts";
import { Session } from "./session.ts";
import { Task } from "./task.ts";

/** A person: a guest until they register. */
@Entity("users")
@Unique("users_email_key", ["email"])
@Index("users_guests", { synchronize: false })
export class User {
  @IdKey("users")
  id: string;

  @Column({ type: "text", default: "" })
  name: string;

  /** Null for a guest. */
  @Column({ type: "text", nullable: true })
  email: string | null;

  @Column({ type: "boolean", name: "email_verified", default: false })
  emailVerified: boolean;

  @Column({ type: "text", nullable: true })
  image: string | null;

  @Column({ type: "boolean", name: "is_anonymous", default: false })
  isAnonymous: boolean;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;

  @ListOf(() => Session, "user")
  sessions: Relation<Session>[];

  @ListOf(() => Account, "user")
  accounts: Relation<Account>[];

  @ListOf(() => Conversation, "user")
  conversations: Relation<Conversation>[];

  @ListOf(() => Task, "user")
  tasks: Relation<Task>[];
}
