INSERT INTO support.refresh_tokens (token_hash, session_id, user_id, token_epoch, expires_at)
VALUES ($1, $2, $3::uuid, $4, $5)
