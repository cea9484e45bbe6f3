INSERT INTO support.revoked_tokens (token_id, user_id, expires_at, revoked_by)
VALUES ($1, $2::uuid, $3, $4)
ON CONFLICT (token_id) DO NOTHING
