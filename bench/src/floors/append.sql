\set n random(:first, :last)
WITH moved AS (
  UPDATE conversations SET message_count = message_count + 1, updated_at = greatest(updated_at, statement_timestamp())
  WHERE user_id = :user AND id = overlay(overlay(md5('conversation' || :n) placing '4' from 13) placing '8' from 17)::uuid
    AND NOT EXISTS (SELECT FROM turns WHERE user_id = :user AND conversation_id = overlay(overlay(md5('conversation' || :n) placing '4' from 13) placing '8' from 17)::uuid AND status = 'running')
  RETURNING user_id, id, message_count, updated_at
)
INSERT INTO messages (user_id, conversation_id, position, role, content, tool_calls, created_at)
SELECT user_id, id, message_count, 'user', 'A message of the benchmarks, about as long as most of them are.', NULL, updated_at FROM moved
RETURNING id, position, tool_calls, created_at;
