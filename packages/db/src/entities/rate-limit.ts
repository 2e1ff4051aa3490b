import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** Uses counted in the current window of time, for all processes together. */
@Entity("rate_limits")
@Index("rate_limits_resets_at_idx", ["resetsAt"])
export class RateLimit {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "rate_limits_pkey" })
  key: string;

  @Column({ type: "integer" })
  count: number;

  @Column({ type: "timestamptz", precision: 3, name: "resets_at" })
  resetsAt: Date;
}
