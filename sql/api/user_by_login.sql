-- All of an account, with the hash of its password; only the writing role may read that.
SELECT
    user_id::text, login, name, role, active, version, created_at, created_by, changed_at, changed_by, last_login_at,
    password_hash, token_epoch
FROM support.users
WHERE login = $1
