import type { TurnEvent } from "@holdfast/contract";
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm";
import { Turn } from "./turn.ts";

/** What a running turn has said. Gone when it ends in any way. */
@Entity("turn_chunks")
@Check("turn_chunks_seq", "seq >= 1")
export class TurnChunk {
  @PrimaryColumn({ type: "uuid", name: "user_id", primaryKeyConstraintName: "turn_chunks_pkey" })
  userId: string;

  @PrimaryColumn({ type: "uuid", name: "turn_id", primaryKeyConstraintName: "turn_chunks_pkey" })
  turnId: string;

  @PrimaryColumn({ type: "integer", primaryKeyConstraintName: "turn_chunks_pkey" })
  seq: number;

  @ManyToOne(
    () => Turn,
    (turn) => turn.chunks,
    { onDelete: "CASCADE" },
  )
  @JoinColumn([
    { name: "user_id", referencedColumnName: "userId", foreignKeyConstraintName: "turn_chunks_turn_fkey" },
    { name: "turn_id", referencedColumnName: "id", foreignKeyConstraintName: "turn_chunks_turn_fkey" },
  ])
  turn: Relation<Turn>;

  @Column({ type: "jsonb", default: [] })
  data: TurnEvent[];
}
