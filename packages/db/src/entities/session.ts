import { Column, Entity, Index, type Relation, Unique } from "typeorm";
import { IdKey, now, OwnedBy, TimeColumn } from "./columns.ts";
import { User } from "./user.ts";

/** Better Auth's; the application's role cannot read it. */
@Entity("sessions")
@Unique("sessions_token_key", ["token"])
@Index("sessions_user_id_idx", ["userId"])
export class Session {
  @IdKey("sessions")
  id: string;

  @Column({ type: "uuid", name: "user_id" })
  userId: string;

  @OwnedBy("sessions", () => User, "sessions")
  user: Relation<User>;

  @Column({ type: "text" })
  token: string;

  @TimeColumn("expires_at")
  expiresAt: Date;

  @Column({ type: "text", name: "ip_address", nullable: true })
  ipAddress: string | null;

  @Column({ type: "text", name: "user_agent", nullable: true })
  userAgent: string | null;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;
}
