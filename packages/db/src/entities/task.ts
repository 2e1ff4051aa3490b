import { limits } from "@holdfast/contract";
import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from "typeorm";
import { notBlank } from "../migrations/sql.ts";
import { User } from "./user.ts";

@Entity("tasks")
@Index("tasks_user_id_idx", ["userId", "completed", "createdAt", "id"])
@Check("tasks_title_not_blank", notBlank("title"))
@Check("tasks_title_length", `char_length(title) <= ${limits.taskTitleLength}`)
@Check("tasks_description_length", `char_length(description) <= ${limits.taskDescriptionLength}`)
export class Task {
  @PrimaryColumn({ type: "uuid", name: "user_id", primaryKeyConstraintName: "tasks_pkey" })
  userId: string;

  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "tasks_pkey" })
  id: string;

  @ManyToOne(
    () => User,
    (user) => user.tasks,
    { onDelete: "CASCADE" },
  )
  @JoinColumn({ name: "user_id", foreignKeyConstraintName: "tasks_user_id_fkey" })
  user: Relation<User>;

  @Column({ type: "text" })
  title: string;

  @Column({ type: "text", default: "" })
  description: string;

  @Column({ type: "boolean", default: false })
  completed: boolean;

  @Column({ type: "timestamptz", precision: 3, name: "created_at", default: () => "now()" })
  createdAt: Date;

  @Column({ type: "timestamptz", precision: 3, name: "updated_at", default: () => "now()" })
  updatedAt: Date;
}
