import { Column, Entity, Index, type Relation } from "typeorm";
import { IdKey, now, OwnedBy, TimeColumn } from "./columns.ts";
import { User } from "./user.ts";

/** A way to sign in, with its password's hash. Better Auth's; the application's role cannot read it. */
@Entity("accounts")
@Index("accounts_user_id_idx", ["userId"])
@Index("accounts_provider_idx", ["providerId", "accountId"])
export class Account {
  @IdKey("accounts")
  id: string;

  @Column({ type: "uuid", name: "user_id" })
  userId: string;

  @OwnedBy("accounts", () => User, "accounts")
  user: Relation<User>;

  @Column({ type: "text", name: "account_id" })
  accountId: string;

  @Column({ type: "text", name: "provider_id" })
  providerId: string;

  @Column({ type: "text", name: "access_token", nullable: true })
  accessToken: string | null;

  @Column({ type: "text", name: "refresh_token", nullable: true })
  refreshToken: string | null;

  @Column({ type: "text", name: "id_token", nullable: true })
  idToken: string | null;

  @TimeColumn("access_token_expires_at", { nullable: true })
  accessTokenExpiresAt: Date | null;

  @TimeColumn("refresh_token_expires_at", { nullable: true })
  refreshTokenExpiresAt: Date | null;

  @Column({ type: "text", nullable: true })
  scope: string | null;

  @Column({ type: "text", nullable: true })
  password: string | null;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;
}
