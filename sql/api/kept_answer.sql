-- What was answered to the write of account $1 that had key $2, while it is kept.
SELECT fingerprint, status, headers, body
FROM support.idempotent_answers
WHERE actor = $1 AND key = $2 AND expires_at > now()
