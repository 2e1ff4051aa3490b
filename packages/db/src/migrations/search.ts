import type { MigrationInterface, QueryRunner } from "typeorm";
import type { RoleNames } from "../roles.ts";
import { definer, searchFunction } from "./chat-functions.ts";
import { grants } from "./chat-privileges.ts";
import { searchIndex } from "./chat-tables.ts";
import { currentUserId, ownerDigit } from "./sql.ts";

/** A regular expression's class of the characters of Chinese and Japanese, as PostgreSQL writes it. */
export const ideographs =
  "[\\u2E80-\\u2FDF\\u3005-\\u3007\\u3040-\\u30FF\\u31F0-\\u31FF\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF\\uFF66-\\uFF9F\\U00020000-\\U0003FFFF]";

const signature = "search_messages(text, text[], integer)";

/** Search finds Chinese and Japanese by whatever part of them. Rewrites the index, whose words change. */
export function search({ app }: RoleNames) {
  return class Search1732100000003 implements MigrationInterface {
    readonly name = "Search1732100000003";

    async up(database: QueryRunner): Promise<void> {
      await database.query("DROP FUNCTION search_messages(text, integer)");
      await dropIndex(database);
      await database.query(wordsApart);
      await database.query(searchIndex("words_apart(said)"));
      await database.query(searchSpelled);
      await database.query(grants([signature], app).join("\n"));
    }

    async down(database: QueryRunner): Promise<void> {
      await database.query(`DROP FUNCTION ${signature}`);
      await dropIndex(database);
      await database.query("DROP FUNCTION words_apart(text)");
      await database.query(searchIndex("said"));
      await database.query(searchFunction);
      await database.query(grants(["search_messages(text, integer)"], app).join("\n"));
    }
  };
}

/** Of the first releases the index has no function. */
async function dropIndex(database: QueryRunner): Promise<void> {
  await database.query("DROP INDEX messages_search");
  await database.query("DROP FUNCTION IF EXISTS own_words(uuid, text)");
}

/** These languages put no spaces between words: each character is a word, and a word of several is a phrase. */
export const wordsApart = `
  CREATE FUNCTION words_apart(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN octet_length(said) = char_length(said) THEN said
      ELSE regexp_replace(said, '(${ideographs})', E'\\x1f\\\\1\\x1f', 'g') END`;

const searchSpelled = `
  -- Under a policy the planner may not use the index: the operator @@ is not leakproof. Starting workers takes ten times what
  -- they would share.
  CREATE FUNCTION search_messages(query text, spelled text[], most integer)
    RETURNS TABLE (conversation_id uuid, id uuid, "position" integer, content text, created_at timestamptz, rank real)
    LANGUAGE plpgsql STABLE ${definer} SET max_parallel_workers_per_gather = 0 AS $body$
  DECLARE
    caller uuid := ${currentUserId};
    words tsquery := to_tsquery('simple', words_apart(query));
    -- The index knows each word with its owner's digit, and no order of words: a phrase ("it's", a word in Chinese) is looked
    -- for in what it finds, as it is spelled.
    phrases text[] := CASE WHEN words::text ~ ' <(-|\\d+)> ' THEN spelled END;
    own tsquery := regexp_replace(
      regexp_replace(words::text, '''((?:[^'']|'''')*)''', '''' || ${ownerDigit("caller")} || '\\1''', 'g'),
      ' <(-|\\d+)> ', ' & ', 'g');
  BEGIN
    RETURN QUERY
      SELECT found.conversation_id, found.id, found."position", found.content, found.created_at::timestamptz,
        ts_rank(to_tsvector('simple', words_apart(found.content)), words) AS rank
      FROM (
        SELECT m.conversation_id, m.id, m."position", m.content, m.created_at FROM messages m
        WHERE m.user_id = caller AND own_words(m.user_id, m.content) @@ own
          AND (phrases IS NULL OR (SELECT bool_and(strpos(lower(m.content), lower(one)) > 0) FROM unnest(phrases) AS one))
        ORDER BY m.created_at DESC, m.id DESC LIMIT most
      ) AS found
      ORDER BY rank DESC, found.created_at DESC, found.id DESC;
  END
  $body$`;
