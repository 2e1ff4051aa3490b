import type { Statement } from "./pipeline.ts";
import type { Scope } from "./scope.ts";
import type { SearchHit, UserStore } from "./types.ts";

interface HitRow {
  conversation_id: string;
  conversation_title: string;
  id: string | null;
  position: number | null;
  excerpt: string;
  at: string;
}

export function searchStore({ userId, connections }: Scope): Pick<UserStore, "search"> {
  return {
    async search(query, limit) {
      const words = query.split(/\s+/u).filter((word) => word !== "");
      if (words.length === 0) return [];
      const [titles, messages] = await connections.read<HitRow>(
        userId,
        titleStatement(userId, words, limit),
        messageStatement(userId, words, limit),
      );
      const said = messages?.rows ?? [];
      // However many titles hold the words, messages have their half.
      const named = (titles?.rows ?? []).slice(0, Math.max(Math.ceil(limit / 2), limit - said.length));
      return [...named, ...said].slice(0, limit).map(searchHit);
    },
  };
}

/** Every word must occur, the last one as a prefix. Each is quoted, so that none is an operator. */
function tsquery(words: readonly string[]): string {
  return words
    .map((word, index) => `'${word.replaceAll(/['\\]/g, "$&$&")}'${index === words.length - 1 ? ":*" : ""}`)
    .join(" & ");
}

/** A word as it is spelled, without the marks around it. */
function bare(word: string): string {
  return word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** An excerpt is cut out around the first word before it is marked, so that a long answer costs no more than a short one. */
const headline = (text: string) =>
  `ts_headline('simple', words_apart(${text}), to_tsquery('simple', words_apart($2)), U&'StartSel=\\E000, StopSel=\\E001, MaxWords=30, MinWords=12, ShortWord=0, MaxFragments=1')`;

/** Titles are few and short: no index, which every message would have to maintain. The cheap condition goes first. */
function titleStatement(userId: string, words: readonly string[], limit: number): Statement {
  return {
    name: "search-titles",
    text: `SELECT c.id AS conversation_id, c.title AS conversation_title, NULL::uuid AS id, NULL::int AS position,
             ${headline("c.title")} AS excerpt, c.updated_at AS at
           FROM (
             SELECT id, title, updated_at FROM conversations
             WHERE user_id = $1 AND strpos(lower(title), lower($3)) > 0
               AND to_tsvector('simple', words_apart(title)) @@ to_tsquery('simple', words_apart($2))
             ORDER BY updated_at DESC, id DESC LIMIT $4
           ) c`,
    values: [userId, tsquery(words), words.at(-1) ?? "", limit],
  };
}

function messageStatement(userId: string, words: readonly string[], limit: number): Statement {
  return {
    name: "search-messages",
    text: `SELECT found.conversation_id, c.title AS conversation_title, found.id, found.position, found.created_at AS at,
             ${headline(
               "substr(found.content, greatest(strpos(lower(found.content), lower(($3::text[])[1])) - 200, 1), 1000)",
             )} AS excerpt
           FROM search_messages($2, $3, $4) AS found
           JOIN conversations c ON c.user_id = $1 AND c.id = found.conversation_id
           ORDER BY found.rank DESC, found.created_at DESC, found.id DESC`,
    values: [userId, tsquery(words), words.map(bare), limit],
  };
}

/** Without what `words_apart` has put in, and what was found in a row as one. */
function joined(excerpt: string): string {
  return excerpt.replaceAll("\u001F", "").replaceAll("\uE001\uE000", "");
}

function searchHit(row: HitRow): SearchHit {
  return {
    conversationId: row.conversation_id,
    conversationTitle: row.conversation_title,
    messageId: row.id,
    position: row.position,
    excerpt: joined(row.excerpt),
    at: row.at,
  };
}
