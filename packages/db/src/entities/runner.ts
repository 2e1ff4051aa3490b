import { Entity, PrimaryColumn } from "typeorm";
import { TimeColumn } from "./columns.ts";

/** A process that runs turns, and when it was last alive. */
@Entity("runners")
export class Runner {
  @PrimaryColumn({ type: "integer", primaryKeyConstraintName: "runners_pkey" })
  id: number;

  @TimeColumn("seen_at", { default: () => "clock_timestamp()" })
  seenAt: Date;
}
