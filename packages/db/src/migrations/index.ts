import type { MigrationInterface } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { chat } from "./chat.ts";
import { longTexts } from "./long-texts.ts";
import { moveGuest } from "./move-guest.ts";
import { people } from "./people.ts";
import { search } from "./search.ts";
import { taskLimit } from "./task-limit.ts";
import { tasks } from "./tasks.ts";

/** All migrations, oldest first. They are history: once published, none of them changes. */
export function migrationsFor(roles: RoleNames): (new () => MigrationInterface)[] {
  return [people(roles), tasks(roles), chat(roles), search(roles), moveGuest(roles), longTexts(), taskLimit(roles)];
}

export const migrationsTable = "holdfast_migrations";
