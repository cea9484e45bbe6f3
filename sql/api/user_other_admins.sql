-- How many may manage users beside this one.
SELECT count(*)::integer AS admins
FROM support.users
WHERE role = 'ADMIN' AND active AND user_id::text IS DISTINCT FROM $1
