import { Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";

/** A pending confirmation, of an address for example. Better Auth's. */
@Entity("verifications")
@Index("verifications_identifier_idx", ["identifier"])
export class Verification {
  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "verifications_pkey" })
  id: string;

  @Column({ type: "text" })
  identifier: string;

  @Column({ type: "text" })
  value: string;

  @Column({ type: "timestamptz", precision: 3, name: "expires_at" })
  expiresAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "created_at", default: () => "now()" })
  createdAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "updated_at", default: () => "now()" })
  updatedAt: Date;
}
