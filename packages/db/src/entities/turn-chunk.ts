import type { TurnEvent } from "@holdfast/contract";
import { Check, Column, Entity, PrimaryColumn, type Relation } from "typeorm";
import { OwnerKey, PartOf } from "./columns.ts";
import { Turn } from "./turn.ts";

/** What a running turn has said. Gone when it ends in any way. */
@Entity("turn_chunks")
@Check("turn_chunks_seq", "seq >= 1")
export class TurnChunk {
  @OwnerKey("turn_chunks")
  userId: string;

  @PrimaryColumn({ type: "uuid", name: "turn_id", primaryKeyConstraintName: "turn_chunks_pkey" })
  turnId: string;

  @PrimaryColumn({ type: "integer", primaryKeyConstraintName: "turn_chunks_pkey" })
  seq: number;

  @PartOf("turn_chunks_turn_fkey", "turn_id", () => Turn, "chunks")
  turn: Relation<Turn>;

  @Column({ type: "jsonb", default: [] })
  data: TurnEvent[];
}
