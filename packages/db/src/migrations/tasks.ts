import { limits } from "@holdfast/contract";
import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { currentUserId, notBlank, noticeChannel } from "./sql.ts";

export function tasks({ owner, app, tasks: tasksRole }: RoleNames) {
  return class Tasks1732100000001 implements MigrationInterface {
    readonly name = "Tasks1732100000001";

    async up(database: QueryRunner): Promise<void> {
      await database.query(`
        CREATE TABLE tasks (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          user_id uuid NOT NULL,
          title text NOT NULL,
          description text NOT NULL DEFAULT '',
          completed boolean NOT NULL DEFAULT false,
          created_at timestamptz(3) NOT NULL DEFAULT now(),
          updated_at timestamptz(3) NOT NULL DEFAULT now(),
          CONSTRAINT tasks_pkey PRIMARY KEY (user_id, id),
          CONSTRAINT tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
          CONSTRAINT tasks_title_not_blank CHECK (${notBlank("title")}),
          CONSTRAINT tasks_title_length CHECK (char_length(title) <= ${limits.taskTitleLength}),
          CONSTRAINT tasks_description_length CHECK (char_length(description) <= ${limits.taskDescriptionLength})
        );
        CREATE INDEX tasks_user_id_idx ON tasks (user_id, completed, created_at, id);

        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
        CREATE POLICY tasks_owner ON tasks TO "${owner}" USING (true) WITH CHECK (true);
        CREATE POLICY tasks_own ON tasks TO "${app}", "${tasksRole}"
          USING (user_id = ${currentUserId}) WITH CHECK (user_id = ${currentUserId});
        GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO "${app}", "${tasksRole}";

        -- Whoever changes a task, the processes that show it hear of it.
        CREATE FUNCTION notify_tasks_changed() RETURNS trigger LANGUAGE plpgsql
          SET search_path = pg_catalog, public AS $body$
        BEGIN
          PERFORM pg_notify('${noticeChannel}', json_build_object('type', 'tasks', 'userId', coalesce(NEW.user_id, OLD.user_id))::text);
          RETURN NULL;
        END
        $body$;
        CREATE TRIGGER tasks_changed AFTER INSERT OR UPDATE OR DELETE ON tasks
          FOR EACH ROW EXECUTE FUNCTION notify_tasks_changed();
      `);
    }

    async down(database: QueryRunner): Promise<void> {
      await database.query("DROP TABLE tasks; DROP FUNCTION notify_tasks_changed()");
    }
  };
}
