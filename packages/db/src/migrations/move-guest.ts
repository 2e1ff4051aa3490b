import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { moveGuestFunction } from "./chat-functions.ts";
import { grants } from "./chat-privileges.ts";

const signature = "move_guest(uuid, uuid)";

/** What a guest has moves also where the account used the same id for a turn. */
export function moveGuest({ auth }: RoleNames) {
  return class MoveGuest1732100000004 implements MigrationInterface {
    readonly name = "MoveGuest1732100000004";

    up(database: QueryRunner): Promise<void> {
      return replace(database, moveGuestFunction(freshIds));
    }

    down(database: QueryRunner): Promise<void> {
      return replace(database, moveGuestFunction());
    }
  };

  async function replace(database: QueryRunner, made: string): Promise<void> {
    await database.query(`DROP FUNCTION ${signature}`);
    await database.query(made);
    await database.query(grants([signature], auth).join("\n"));
  }
}

const freshIds = `
    -- A turn's id is the browser's choice, and its messages' ids follow from it: both may be the target's already, or become so
    -- when a turn of theirs ends. Other ids are random, or follow from the owner's too. Only running turns have chunks.
    UPDATE messages m SET id = gen_random_uuid()
      FROM turns t JOIN turns taken ON taken.user_id = target AND taken.id = t.id
      WHERE t.user_id = guest AND m.user_id = guest AND m.conversation_id = t.conversation_id
        AND m."position" BETWEEN t.first_position AND t.last_position;
    UPDATE turns SET id = gen_random_uuid()
      WHERE user_id = guest AND id IN (SELECT id FROM turns WHERE user_id = target);`;
