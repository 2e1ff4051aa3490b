import { defaultTitle, limits, roles, turnStatuses } from "@holdfast/contract";
import { notBlank, ownerDigit } from "./sql.ts";

function oneOf(column: string, values: readonly string[]): string {
  return `${column} IN (${values.map((value) => `'${value}'`).join(", ")})`;
}

/** `text` is what words are made of: what a message says. */
export const searchIndex = (text: string) => `
  -- For a prefix the index reads all words that begin so, everybody's: a sixteenth of people's with a digit of the owner's before each.
  -- Dear, so that the planner never reads a person's messages one by one instead.
  CREATE FUNCTION own_words(owner uuid, said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
    RETURN (SELECT array_to_tsvector(array_agg(${ownerDigit("owner")} || lexeme)) FROM unnest(to_tsvector('simple', ${text})));
  CREATE INDEX messages_search ON messages USING gin (user_id, own_words(user_id, content));
`;

export const chatTables = `
  CREATE TABLE conversations (
    user_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    title text NOT NULL DEFAULT '${defaultTitle}',
    title_source text NOT NULL DEFAULT 'default',
    model text,
    message_count integer NOT NULL DEFAULT 0,
    read_position integer NOT NULL DEFAULT 0,
    pinned_at timestamptz(3),
    forked_from uuid,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT conversations_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT conversations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT conversations_title_not_blank CHECK (${notBlank("title")}),
    CONSTRAINT conversations_title_length CHECK (char_length(title) <= ${limits.titleLength}),
    CONSTRAINT conversations_title_source CHECK (${oneOf("title_source", ["default", "prompt", "model", "person"])}),
    CONSTRAINT conversations_message_count CHECK (message_count >= 0),
    CONSTRAINT conversations_read_position CHECK (read_position >= 0)
  );
  CREATE INDEX conversations_recent ON conversations (user_id, updated_at DESC, id DESC);
  CREATE INDEX conversations_pinned ON conversations (user_id, pinned_at DESC) WHERE pinned_at IS NOT NULL;
  -- For telling "not yours" from "not there" only.
  CREATE INDEX conversations_id ON conversations (id);

  CREATE TABLE messages (
    user_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL,
    position integer NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    tool_calls jsonb,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT messages_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT messages_position_key UNIQUE (user_id, conversation_id, position),
    CONSTRAINT messages_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT messages_conversation_fkey FOREIGN KEY (user_id, conversation_id)
      REFERENCES conversations (user_id, id) ON DELETE CASCADE,
    CONSTRAINT messages_position CHECK (position >= 1),
    CONSTRAINT messages_role CHECK (${oneOf("role", roles)}),
    CONSTRAINT messages_content_not_blank
      CHECK (${notBlank("content")} OR (role = 'assistant' AND tool_calls IS NOT NULL)),
    CONSTRAINT messages_content_length
      CHECK (char_length(content) <= CASE role WHEN 'user' THEN ${limits.messageLength} ELSE ${limits.answerLength} END),
    CONSTRAINT messages_tool_calls CHECK (
      CASE WHEN tool_calls IS NULL THEN true WHEN jsonb_typeof(tool_calls) <> 'array' THEN false
      ELSE jsonb_array_length(tool_calls) > 0 END
    )
  );
  ${searchIndex("said")}

  CREATE TABLE turns (
    user_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    conversation_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'running',
    prompt text NOT NULL,
    model text NOT NULL DEFAULT 'built-in',
    error jsonb,
    partial jsonb NOT NULL DEFAULT '[]',
    earlier_calls jsonb NOT NULL DEFAULT '[]',
    usage jsonb,
    cut boolean NOT NULL DEFAULT false,
    stop_requested boolean NOT NULL DEFAULT false,
    runner integer,
    first_position integer NOT NULL DEFAULT 1,
    last_position integer,
    started_at timestamptz(3) NOT NULL DEFAULT now(),
    ended_at timestamptz(3),
    CONSTRAINT turns_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT turns_conversation_fkey FOREIGN KEY (user_id, conversation_id)
      REFERENCES conversations (user_id, id) ON DELETE CASCADE,
    CONSTRAINT turns_status CHECK (${oneOf("status", turnStatuses)}),
    CONSTRAINT turns_prompt_not_blank CHECK (${notBlank("prompt")}),
    CONSTRAINT turns_prompt_length CHECK (char_length(prompt) <= ${limits.messageLength}),
    CONSTRAINT turns_positions CHECK (first_position >= 1 AND last_position >= first_position)
  );
  CREATE UNIQUE INDEX turns_running ON turns (user_id, conversation_id) WHERE status = 'running';
  CREATE INDEX turns_place ON turns (user_id, conversation_id, first_position);
  CREATE INDEX turns_runner ON turns (runner) WHERE status = 'running';

  CREATE TABLE turn_chunks (
    user_id uuid NOT NULL,
    turn_id uuid NOT NULL,
    seq integer NOT NULL,
    data jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT turn_chunks_pkey PRIMARY KEY (user_id, turn_id, seq),
    CONSTRAINT turn_chunks_turn_fkey FOREIGN KEY (user_id, turn_id) REFERENCES turns (user_id, id) ON DELETE CASCADE,
    CONSTRAINT turn_chunks_seq CHECK (seq >= 1)
  );

  CREATE TABLE runners (
    id integer NOT NULL,
    seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT runners_pkey PRIMARY KEY (id)
  );
`;
