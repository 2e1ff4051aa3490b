import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A pending confirmation, of an address for example. Better Auth's. */
@Entity("verifications")
@Index("verifications_identifier_idx", ["identifier"])
export class Verification {
  @PrimaryColumn({ type: "uuid", default: () => "gen_random_uuid()", primaryKeyConstraintName: "verifications_pkey" })
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
