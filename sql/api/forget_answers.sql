-- Answers that are kept no longer: that of the key in use, and some of the others, but none that another session forgets.
DELETE FROM support.idempotent_answers
WHERE (actor, key) IN (
    SELECT actor, key FROM support.idempotent_answers
    WHERE expires_at <= now()
    ORDER BY (actor = $1 AND key = $2) DESC
    LIMIT 100 FOR UPDATE SKIP LOCKED
)
