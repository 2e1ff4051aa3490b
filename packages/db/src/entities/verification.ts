import { Column, Entity, Index } from "typeorm";
import { IdKey, now, TimeColumn } from "./columns.ts";

/** A pending confirmation, of an address for example. Better Auth's. */
@Entity("verifications")
@Index("verifications_identifier_idx", ["identifier"])
export class Verification {
  @IdKey("verifications")
  id: string;

  @Column({ type: "text" })
  identifier: string;

  @Column({ type: "text" })
  value: string;

  @TimeColumn("expires_at")
  expiresAt: Date;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;
}
