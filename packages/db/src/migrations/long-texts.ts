import type { MigrationInterface, QueryRunner } from "typeorm";
import { ideographs, wordsApart } from "./search.ts";

/**
 * PostgreSQL keeps at most 1 MB of a text's different words, a compound and each of its parts among them, with 4 bytes for
 * each. For a byte of the text that is less than 4, as words of a single letter are not that many; for a character, were all
 * of them of four bytes, it is little more than 8.
 */
const surelyFits = { bytes: 250_000, characters: 125_000 };

/** A text that has too many words to be indexed is indexed as far as it surely can be. What is indexed already stays so. */
export function longTexts() {
  return class LongTexts1732100000005 implements MigrationInterface {
    readonly name = "LongTexts1732100000005";

    async up(database: QueryRunner): Promise<void> {
      await database.query(wordsOfBeginning);
    }

    async down(database: QueryRunner): Promise<void> {
      await database.query(wordsApart.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"));
    }
  };
}

/** An ASCII text costs what it did: one of the greatest length fits. */
const wordsOfBeginning = `
  CREATE OR REPLACE FUNCTION words_apart(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN octet_length(said) = char_length(said) THEN said
      WHEN octet_length(said) <= ${surelyFits.bytes} THEN regexp_replace(said, '(${ideographs})', E'\\x1f\\\\1\\x1f', 'g')
      ELSE regexp_replace(left(said, ${surelyFits.characters}), '(${ideographs})', E'\\x1f\\\\1\\x1f', 'g') END`;
