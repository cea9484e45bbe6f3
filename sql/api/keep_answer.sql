-- An answer is kept for a day, in the transaction of the write.
INSERT INTO support.idempotent_answers (actor, key, fingerprint, status, headers, body, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, now() + interval '1 day')
