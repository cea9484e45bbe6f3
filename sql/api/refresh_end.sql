DELETE FROM support.refresh_tokens
WHERE session_id = $1
