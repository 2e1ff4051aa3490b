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
  // All but one name the roles as identifiers only, and that one in literals only.
  const quoted = doubling('"', roles);
  return [
    people(quoted),
    tasks(quoted),
    chat(quoted),
    search(quoted),
    moveGuest(quoted),
    longTexts(),
    taskLimit(doubling("'", roles)),
  ];
}

/** The names as they stand between two such marks. They are named after the database, which may be called anything. */
function doubling(mark: string, { owner, app, auth, tasks: tasksRole }: RoleNames): RoleNames {
  const doubled = (name: string) => name.replaceAll(mark, mark + mark);
  return { owner: doubled(owner), app: doubled(app), auth: doubled(auth), tasks: doubled(tasksRole) };
}

export const migrationsTable = "holdfast_migrations";
