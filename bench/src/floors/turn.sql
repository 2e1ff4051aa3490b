\set n random(:first, :last)
\set t random(1, 9000000000000000000)
WITH moved AS (
  UPDATE conversations SET updated_at = greatest(updated_at, statement_timestamp())
  WHERE user_id = :user AND id = overlay(overlay(md5('conversation' || :n) placing '4' from 13) placing '8' from 17)::uuid
    AND NOT EXISTS (SELECT FROM turns WHERE user_id = :user AND conversation_id = overlay(overlay(md5('conversation' || :n) placing '4' from 13) placing '8' from 17)::uuid AND status = 'running')
    AND NOT EXISTS (SELECT FROM turns WHERE user_id = :user AND id = md5('turn' || :t)::uuid)
  RETURNING id, message_count
), t AS (
  INSERT INTO turns (user_id, conversation_id, id, status, prompt, model, runner, first_position)
  SELECT :user::uuid, id, md5('turn' || :t)::uuid, 'running', 'A question of the benchmarks, about as long as most of them are.', 'built-in', :runner::int, message_count + 1 FROM moved
  ON CONFLICT DO NOTHING RETURNING *
)
SELECT t.id, t.conversation_id, t.status, t.model, t.error, t.usage, t.cut, t.first_position, t.last_position, t.started_at, t.ended_at, t.prompt, t.partial, t.earlier_calls FROM t;
\startpipeline
BEGIN;
SELECT FROM conversations WHERE user_id = :user
  AND id = (SELECT conversation_id FROM turns WHERE user_id = :user AND id = md5('turn' || :t)::uuid) FOR NO KEY UPDATE;
WITH turn AS (
  SELECT conversation_id, prompt FROM turns
  WHERE user_id = :user AND id = md5('turn' || :t)::uuid AND status = 'running' AND runner = :runner
), moved AS (
  UPDATE conversations c SET message_count = c.message_count + 2, updated_at = greatest(c.updated_at, statement_timestamp())
  FROM turn WHERE c.user_id = :user AND c.id = turn.conversation_id
  RETURNING c.id, turn.prompt, c.updated_at, c.message_count AS last, c.message_count - 1 AS first
), stored AS (
  INSERT INTO messages (user_id, id, conversation_id, position, role, content, tool_calls, created_at)
  SELECT :user::uuid, md5('question' || :t)::uuid, id, first, 'user', prompt, NULL::jsonb, updated_at FROM moved
  UNION ALL
  SELECT :user::uuid, md5('answer' || :t)::uuid, id, last, 'assistant', 'An answer of the benchmarks. It is about as long as a short answer is, and says about as much.', NULL::jsonb, updated_at FROM moved
), unsaid AS (
  DELETE FROM turn_chunks USING moved WHERE user_id = :user AND turn_id = md5('turn' || :t)::uuid
)
UPDATE turns SET status = 'completed', usage = NULL, cut = false, first_position = moved.first, last_position = moved.last,
  ended_at = statement_timestamp(), partial = '[]'
FROM moved WHERE turns.user_id = :user AND turns.id = md5('turn' || :t)::uuid RETURNING turns.conversation_id;
COMMIT;
\endpipeline
