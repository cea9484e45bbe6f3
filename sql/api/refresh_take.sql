-- A refresh token with its account, locked: of two who use it at once the second sees that it was used.
SELECT
    kept.session_id, kept.user_id::text, kept.token_epoch, kept.expires_at, kept.used_at,
    users.name, users.role, users.active, users.token_epoch AS current_epoch
FROM support.refresh_tokens AS kept
INNER JOIN support.users USING (user_id)
WHERE kept.token_hash = $1
FOR UPDATE OF kept
