-- Which tokens are good: the epoch of every active account, and what is void before it ends.
SELECT 'account' AS kind, user_id::text AS id, token_epoch AS epoch
FROM support.users
WHERE active
UNION ALL
SELECT 'revoked', token_id, NULL
FROM support.revoked_tokens
WHERE expires_at > now() - interval '1 minute'
