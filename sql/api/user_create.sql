-- No row comes back when the sign-in name is taken.
INSERT INTO support.users (login, name, role, password_hash, created_by, changed_by)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (login) DO NOTHING
RETURNING
    user_id::text, login, name, role, active, version, created_at, created_by, changed_at, changed_by, last_login_at
