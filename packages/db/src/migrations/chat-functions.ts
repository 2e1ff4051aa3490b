import { currentUserId, ownerDigit } from "./sql.ts";

/**
 * The few things for which a person's own rows are not enough. They run as the owner, so each filters by itself;
 * the fixed search path keeps anyone from slipping a table or an operator of their own under them.
 */
export const definer = "SECURITY DEFINER SET search_path = pg_catalog, public";

/** Advisory locks of runners have this as their first key. */
export const runnerLockClass = 1_214_604_402;

/** By who may call them: the application, which serves requests, can neither delete nor move anybody. */
export const functionSignatures = {
  app: [
    "conversation_exists(uuid)",
    "search_messages(text, integer)",
    "append_turn_chunks(integer, uuid[], uuid[], integer[], jsonb[])",
    "sweep_turns()",
  ],
  auth: ["move_guest(uuid, uuid)", "delete_unused_guests(timestamptz, integer)"],
};

export const searchFunction = `
  -- Under a policy the planner may not use the index: the operator @@ is not leakproof. Starting workers takes ten times what
  -- they would share.
  CREATE FUNCTION search_messages(query text, most integer)
    RETURNS TABLE (conversation_id uuid, id uuid, "position" integer, content text, created_at timestamptz, rank real)
    LANGUAGE plpgsql STABLE ${definer} SET max_parallel_workers_per_gather = 0 AS $body$
  DECLARE
    caller uuid := ${currentUserId};
    words tsquery := to_tsquery('simple', query);
    -- The index knows each word with its owner's digit, and no order of words: a phrase is looked for in what it finds.
    has_phrase boolean := words::text ~ ' <(-|\\d+)> ';
    own tsquery := regexp_replace(
      regexp_replace(words::text, '''((?:[^'']|'''')*)''', '''' || ${ownerDigit("caller")} || '\\1''', 'g'),
      ' <(-|\\d+)> ', ' & ', 'g');
  BEGIN
    RETURN QUERY
      SELECT found.conversation_id, found.id, found."position", found.content, found.created_at::timestamptz,
        ts_rank(to_tsvector('simple', found.content), words) AS rank
      FROM (
        SELECT m.conversation_id, m.id, m."position", m.content, m.created_at FROM messages m
        WHERE m.user_id = caller AND own_words(m.user_id, m.content) @@ own
          AND (NOT has_phrase OR to_tsvector('simple', m.content) @@ words)
        ORDER BY m.created_at DESC, m.id DESC LIMIT most
      ) AS found
      ORDER BY rank DESC, found.created_at DESC, found.id DESC;
  END
  $body$;
`;

/** `prepare` is what is done first, once both people are locked and nothing of the guest's runs. */
export const moveGuestFunction = (
  prepare = "",
) => `-- By copy, then delete: the keys begin with the owner. The lock keeps rows from arriving in between.
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
    END IF;${prepare}
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
  $body$;`;

export const createChatFunctions = `
  CREATE FUNCTION conversation_exists(wanted uuid) RETURNS boolean
    LANGUAGE sql STABLE ${definer} AS $body$
    SELECT EXISTS (SELECT FROM conversations WHERE id = wanted)
  $body$;

  ${searchFunction}

  -- FOR SHARE: whoever ends the turn waits, so that no chunk is added to a turn that has ended.
  CREATE FUNCTION append_turn_chunks(of_runner integer, users uuid[], turns_said uuid[], seqs integer[], datas jsonb[])
    RETURNS SETOF uuid LANGUAGE sql VOLATILE ${definer} AS $body$
    INSERT INTO turn_chunks (user_id, turn_id, seq, data)
    SELECT chunk.user_id, chunk.turn_id, chunk.seq, chunk.data
    FROM unnest(users, turns_said, seqs, datas) AS chunk (user_id, turn_id, seq, data)
    JOIN turns t ON t.user_id = chunk.user_id AND t.id = chunk.turn_id AND t.status = 'running' AND t.runner = of_runner
    FOR SHARE OF t
    ON CONFLICT DO NOTHING
    RETURNING turn_id
  $body$;

  -- A runner is dead if it has not been seen for two seconds and its lock is gone, or for eight (paused).
  -- A server that has just started has no locks at all: it gives its runners time to come back.
  -- A clock may go back, soon after a machine's start most of all: who was seen in what has become the future counts as seen now.
  CREATE FUNCTION sweep_turns() RETURNS TABLE (user_id uuid, conversation_id uuid, turn_id uuid, dead_runners integer)
    LANGUAGE plpgsql VOLATILE ${definer} AS $body$
  #variable_conflict use_column
  DECLARE
    dead integer[];
    abandoned record;
  BEGIN
    IF clock_timestamp() BETWEEN pg_postmaster_start_time() AND pg_postmaster_start_time() + interval '3 seconds' THEN RETURN; END IF;
    UPDATE runners SET seen_at = clock_timestamp() WHERE seen_at > clock_timestamp() + interval '1 second';
    WITH held AS (
      SELECT objid::bigint AS id FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND classid = ${runnerLockClass}
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ), gone AS (
      DELETE FROM runners r
      WHERE r.seen_at < clock_timestamp() - interval '8 seconds'
        OR (r.seen_at < clock_timestamp() - interval '2 seconds' AND NOT EXISTS (SELECT FROM held WHERE held.id = r.id))
      RETURNING r.id
    )
    SELECT coalesce(array_agg(gone.id), '{}') INTO dead FROM gone;

    FOR abandoned IN
      SELECT t.user_id, t.conversation_id, t.id FROM turns t
      WHERE t.status = 'running'
        AND (t.runner = ANY (dead) OR NOT EXISTS (SELECT FROM runners r WHERE r.id = t.runner))
      ORDER BY t.user_id, t.conversation_id
    LOOP
      -- Everything that ends a turn takes its conversation first.
      PERFORM FROM conversations c
        WHERE c.user_id = abandoned.user_id AND c.id = abandoned.conversation_id FOR NO KEY UPDATE;
      -- Chunks on their way hold the turn; the next statement sees them.
      PERFORM FROM turns t WHERE t.user_id = abandoned.user_id AND t.id = abandoned.id FOR UPDATE;
      UPDATE turns t SET
        status = 'interrupted',
        ended_at = clock_timestamp(),
        error = jsonb_build_object('code', 'interrupted', 'message', 'The server that was answering ended. Nothing was lost: try again.'),
        partial = coalesce((
          SELECT jsonb_agg(event ORDER BY chunk.seq, event_index)
          FROM turn_chunks chunk,
            -- One odd row, which no server of ours wrote, must not keep all other turns from being swept.
            jsonb_array_elements(CASE jsonb_typeof(chunk.data) WHEN 'array' THEN chunk.data ELSE jsonb_build_array(chunk.data) END)
              WITH ORDINALITY AS said (event, event_index)
          WHERE chunk.user_id = t.user_id AND chunk.turn_id = t.id
        ), '[]')
      WHERE t.user_id = abandoned.user_id AND t.id = abandoned.id AND t.status = 'running'
        AND NOT EXISTS (SELECT FROM runners r WHERE r.id = t.runner);
      IF FOUND THEN
        DELETE FROM turn_chunks chunk WHERE chunk.user_id = abandoned.user_id AND chunk.turn_id = abandoned.id;
        RETURN QUERY SELECT abandoned.user_id, abandoned.conversation_id, abandoned.id, cardinality(dead);
      END IF;
    END LOOP;
    IF NOT FOUND AND cardinality(dead) > 0 THEN
      RETURN QUERY SELECT NULL::uuid, NULL::uuid, NULL::uuid, cardinality(dead);
    END IF;
  END
  $body$;

  ${moveGuestFunction()}

  CREATE FUNCTION delete_unused_guests(before timestamptz, most integer) RETURNS SETOF uuid
    LANGUAGE sql VOLATILE ${definer} AS $body$
    DELETE FROM users WHERE id IN (
      SELECT u.id FROM users u
      WHERE u.is_anonymous AND u.created_at < before
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.user_id = u.id AND s.updated_at >= before)
        AND NOT EXISTS (SELECT FROM conversations c WHERE c.user_id = u.id AND c.updated_at >= before)
        AND NOT EXISTS (SELECT FROM tasks t WHERE t.user_id = u.id AND t.updated_at >= before)
      ORDER BY u.created_at LIMIT most
      FOR UPDATE SKIP LOCKED
    )
    RETURNING id
  $body$;
`;

export const dropChatFunctions = Object.values(functionSignatures)
  .flat()
  .map((signature) => `DROP FUNCTION ${signature};`)
  .join("\n");
