import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from "typeorm";
import { User } from "./user.ts";

/** Better Auth's; the application's role cannot read it. */
@Entity("sessions")
@Unique("sessions_token_key", ["token"])
@Index("sessions_user_id_idx", ["userId"])
export class Session {
  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "sessions_pkey" })
  id: string;

  @Column({ type: "uuid", name: "user_id" })
  userId: string;

  @ManyToOne(
    () => User,
    (user) => user.sessions,
    { onDelete: "CASCADE" },
  )
  @JoinColumn({ name: "user_id", foreignKeyConstraintName: "sessions_user_id_fkey" })
  user: Relation<User>;

  @Column({ type: "text" })
  token: string;

  @Column({ type: "timestamptz", precision: 3, name: "expires_at" })
  expiresAt: Date;

  @Column({ type: "text", name: "ip_address", nullable: true })
  ipAddress: string | null;

  @Column({ type: "text", name: "user_agent", nullable: true })
  userAgent: string | null;

  @Column({ type: "timestamptz", precision: 3, name: "created_at", default: () => "now()" })
  createdAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "updated_at", default: () => "now()" })
  updatedAt: Date;
}
