import { Column, Entity, PrimaryColumn } from "typeorm";

/** A process that runs turns, and when it was last alive. */
@Entity("runners")
export class Runner {
  @PrimaryColumn({ type: "integer", primaryKeyConstraintName: "runners_pkey" })
  id: number;

  @Column({ type: "timestamptz", precision: 3, name: "seen_at", default: () => "clock_timestamp()" })
  seenAt: Date;
}
