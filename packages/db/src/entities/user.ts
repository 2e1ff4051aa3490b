import { Column, Entity, Index, OneToMany, PrimaryGeneratedColumn, type Relation, Unique } from "typeorm";
import { Account } from "./account.ts";
import { Conversation } from "./conversation.ts";
import { Session } from "./session.ts";
import { Task } from "./task.ts";

/** A person: a guest until they register. */
@Entity("users")
@Unique("users_email_key", ["email"])
@Index("users_guests", { synchronize: false })
export class User {
  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "users_pkey" })
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

  @Column({ type: "timestamptz", precision: 3, name: "created_at", default: () => "now()" })
  createdAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "updated_at", default: () => "now()" })
  updatedAt: Date;

  @OneToMany(
    () => Session,
    (session) => session.user,
  )
  sessions: Relation<Session>[];

  @OneToMany(
    () => Account,
    (account) => account.user,
  )
  accounts: Relation<Account>[];

  @OneToMany(
    () => Conversation,
    (conversation) => conversation.user,
  )
  conversations: Relation<Conversation>[];

  @OneToMany(
    () => Task,
    (task) => task.user,
  )
  tasks: Relation<Task>[];
}
