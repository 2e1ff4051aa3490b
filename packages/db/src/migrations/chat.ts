import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { createChatFunctions, dropChatFunctions } from "./chat-functions.ts";
import { chatPrivileges } from "./chat-privileges.ts";
import { chatTables } from "./chat-tables.ts";

/** Conversations, messages and turns. Changes nothing of `users` and `tasks`. */
export function chat(roles: RoleNames) {
  return class Chat1732100000002 implements MigrationInterface {
    readonly name = "Chat1732100000002";

    async up(database: QueryRunner): Promise<void> {
      // A trusted extension: whoever may create objects in the database may create it.
      await database.query("CREATE EXTENSION IF NOT EXISTS btree_gin");
      await database.query(chatTables);
      await database.query(createChatFunctions);
      await database.query(chatPrivileges(roles));
    }

    /** Leaves the extension: it may have been there before, and something else may use it. */
    async down(database: QueryRunner): Promise<void> {
      await database.query(dropChatFunctions);
      await database.query("DROP TABLE runners, turn_chunks, turns, messages, conversations");
      await database.query("DROP FUNCTION own_words(uuid, text)");
    }
  };
}
