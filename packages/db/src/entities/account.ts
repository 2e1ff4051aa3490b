import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from "typeorm";
import { User } from "./user.ts";

/** A way to sign in, with its password's hash. Better Auth's; the application's role cannot read it. */
@Entity("accounts")
@Index("accounts_user_id_idx", ["userId"])
@Index("accounts_provider_idx", ["providerId", "accountId"])
export class Account {
  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "accounts_pkey" })
  id: string;

  @Column({ type: "uuid", name: "user_id" })
  userId: string;

  @ManyToOne(
    () => User,
    (user) => user.accounts,
    { onDelete: "CASCADE" },
  )
  @JoinColumn({ name: "user_id", foreignKeyConstraintName: "accounts_user_id_fkey" })
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

  @Column({ type: "timestamptz", precision: 3, name: "access_token_expires_at", nullable: true })
  accessTokenExpiresAt: Date | null;

  @Column({ type: "timestamptz", precision: 3, name: "refresh_token_expires_at", nullable: true })
  refreshTokenExpiresAt: Date | null;

  @Column({ type: "text", nullable: true })
  scope: string | null;

  @Column({ type: "text", nullable: true })
  password: string | null;

  @Column({ type: "timestamptz", precision: 3, name: "created_at", default: () => "now()" })
  createdAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "updated_at", default: () => "now()" })
  updatedAt: Date;
}
