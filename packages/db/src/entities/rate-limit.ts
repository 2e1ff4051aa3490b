import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { TimeColumn } from "./columns.ts";

/** Uses counted in the current window of time, for all processes together. */
@Entity("rate_limits")
@Index("rate_limits_resets_at_idx", ["resetsAt"])
export class RateLimit {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "rate_limits_pkey" })
  key: string;

  @Column({ type: "integer" })
  count: number;

  @TimeColumn("resets_at")
  resetsAt: Date;
}
