-- What is null stays. $7: the tokens made so far are void from now on.
UPDATE support.users
SET
    name = coalesce($2, name),
    role = coalesce($3, role),
    active = coalesce($4, active),
    password_hash = coalesce($5, password_hash),
    token_epoch = token_epoch + $7::boolean::integer,
    version = version + 1,
    changed_at = now(),
    changed_by = $6
WHERE user_id = $1::uuid
RETURNING
    user_id::text, login, name, role, active, version, created_at, created_by, changed_at, changed_by, last_login_at
