import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { definer, moveGuestFunction } from "./chat-functions.ts";
import { grants } from "./chat-privileges.ts";

const signature = "move_guest(uuid, uuid)";

/** What a guest has moves also where the account used the same id for a turn. */
export function moveGuest({ auth }: RoleNames) {
  return class MoveGuest1732100000004 implements MigrationInterface {
    readonly name = "MoveGuest1732100000004";

    up(database: QueryRunner): Promise<void> {
      return replace(database, moveGuestWithFreshIds);
    }

    down(database: QueryRunner): Promise<void> {
      return replace(database, moveGuestFunction);
    }
  };

  async function replace(database: QueryRunner, made: string): Promise<void> {
    await database.query(`DROP FUNCTION ${signature}`);
    await database.query(made);
    await database.query(grants([signature], auth).join("\n"));
  }
}

const moveGuestWithFreshIds = `
  -- By copy, then delete: the keys begin with the owner. The lock keeps rows from arriving in between.
  CREATE FUNCTION move_guest(guest uuid, target uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE ${definer} AS $body$
  BEGIN
    PERFORM FROM users WHERE id IN (guest, target) ORDER BY id FOR UPDATE;
    IF guest = target OR NOT EXISTS (SELECT FROM users WHERE id = guest AND is_anonymous)
      OR NOT EXISTS (SELECT FROM users WHERE id = target) THEN
      RETURN 'not-found';
    END IF;
    IF EXISTS (SELECT FROM turns WHERE user_id = guest AND status = 'running') THEN
      RETURN 'turn-running';
    END IF;
    -- A turn's id is the browser's choice, and its messages' ids follow from it: both may be the target's already, or become so
    -- when a turn of theirs ends. Other ids are random, or follow from the owner's too. Only running turns have chunks.
    UPDATE messages m SET id = gen_random_uuid()
      FROM turns t JOIN turns taken ON taken.user_id = target AND taken.id = t.id
      WHERE t.user_id = guest AND m.user_id = guest AND m.conversation_id = t.conversation_id
        AND m."position" BETWEEN t.first_position AND t.last_position;
    UPDATE turns SET id = gen_random_uuid()
      WHERE user_id = guest AND id IN (SELECT id FROM turns WHERE user_id = target);
    INSERT INTO conversations (user_id, id, title, title_source, model, message_count, read_position, pinned_at, forked_from, created_at, updated_at)
      SELECT target, id, title, title_source, model, message_count, read_position, pinned_at, forked_from, created_at, updated_at
      FROM conversations WHERE user_id = guest;
    INSERT INTO messages (user_id, id, conversation_id, "position", role, content, tool_calls, created_at)
      SELECT target, id, conversation_id, "position", role, content, tool_calls, created_at
      FROM messages WHERE user_id = guest;
    INSERT INTO turns (user_id, id, conversation_id, status, prompt, model, error, partial, earlier_calls, usage, cut, stop_requested, runner, first_position, last_position, started_at, ended_at)
      SELECT target, id, conversation_id, status, prompt, model, error, partial, earlier_calls, usage, cut, stop_requested, runner, first_position, last_position, started_at, ended_at
      FROM turns WHERE user_id = guest;
    INSERT INTO tasks (user_id, id, title, description, completed, created_at, updated_at)
      SELECT target, id, title, description, completed, created_at, updated_at FROM tasks WHERE user_id = guest;
    DELETE FROM users WHERE id = guest;
    RETURN 'moved';
  END
  $body$`;
