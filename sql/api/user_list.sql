-- Accounts in the order of their sign-in names; $1: role, $2: active. They are as few as the people who plan.
SELECT
    user_id::text, login, name, role, active, version, created_at, created_by, changed_at, changed_by, last_login_at
FROM support.users
WHERE ($1::text IS NULL OR role = $1) AND ($2::boolean IS NULL OR active = $2)
ORDER BY login
