import { limits } from "@holdfast/contract";
import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";

/** So many tasks for each person that a list of the largest ones is still read in time. */
export function taskLimit({ app, tasks }: RoleNames) {
  return class TaskLimit1732100000006 implements MigrationInterface {
    readonly name = "TaskLimit1732100000006";

    async up(database: QueryRunner): Promise<void> {
      await database.query(`
        CREATE FUNCTION limit_tasks() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
        BEGIN
          -- What a guest has moves whole to whoever they are, by the owner.
          IF current_user IN ('${app}', '${tasks}')
            AND EXISTS (SELECT FROM tasks WHERE user_id = NEW.user_id OFFSET ${limits.tasksPerPerson - 1}) THEN
            RAISE EXCEPTION 'too many tasks' USING ERRCODE = 'check_violation', CONSTRAINT = 'tasks_per_person';
          END IF;
          RETURN NEW;
        END
        $body$;
        CREATE TRIGGER tasks_limited BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION limit_tasks();
      `);
    }

    async down(database: QueryRunner): Promise<void> {
      await database.query("DROP TRIGGER tasks_limited ON tasks; DROP FUNCTION limit_tasks()");
    }
  };
}
