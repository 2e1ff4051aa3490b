import { limits } from "@holdfast/contract";
import { Check, Column, Entity, Index, type Relation } from "typeorm";
import { notBlank } from "../migrations/sql.ts";
import { IdKey, now, OwnedBy, OwnerKey, TimeColumn } from "./columns.ts";
import { User } from "./user.ts";

@Entity("tasks")
@Index("tasks_user_id_idx", ["userId", "completed", "createdAt", "id"])
@Check("tasks_title_not_blank", notBlank("title"))
@Check("tasks_title_length", `char_length(title) <= ${limits.taskTitleLength}`)
@Check("tasks_description_length", `char_length(description) <= ${limits.taskDescriptionLength}`)
export class Task {
  @OwnerKey("tasks")
  userId: string;

  @IdKey("tasks")
  id: string;

  @OwnedBy("tasks", () => User, "tasks")
  user: Relation<User>;

  @Column({ type: "text" })
  title: string;

  @Column({ type: "text", default: "" })
  description: string;

  @Column({ type: "boolean", default: false })
  completed: boolean;

  @TimeColumn("created_at", { default: now })
  createdAt: Date;

  @TimeColumn("updated_at", { default: now })
  updatedAt: Date;
}
