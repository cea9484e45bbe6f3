-- What has no meaning any more: full buckets, and what was kept of tokens that have ended.
WITH
    buckets AS (DELETE FROM support.login_throttle WHERE free_at < now() - interval '1 hour'),
    revoked AS (DELETE FROM support.revoked_tokens WHERE expires_at < now() - interval '1 hour')
DELETE FROM support.refresh_tokens WHERE expires_at < now() - interval '1 hour'
