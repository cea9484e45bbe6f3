-- The account signs in, unless it was changed since its password was read; $3: a hash with newer parameters, or null.
UPDATE support.users
SET last_login_at = now(), password_hash = coalesce($3, password_hash)
WHERE user_id = $1::uuid AND active AND token_epoch = $2
RETURNING user_id::text
