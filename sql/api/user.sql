SELECT
    user_id::text, login, name, role, active, version, created_at, created_by, changed_at, changed_by, last_login_at
FROM support.users
WHERE user_id = $1::uuid
