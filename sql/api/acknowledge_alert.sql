-- What is done about alert $1, which is as bad as $2 says.
INSERT INTO support.alert_acknowledgements (
    alert_id, level, kind, reason, expires_on, decided_by, decided_by_name
)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING acknowledgement_id
