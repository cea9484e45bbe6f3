-- What was done about an alert is taken back: it never held.
UPDATE support.alert_acknowledgements SET withdrawn_at = now(), withdrawn_by = $3
WHERE alert_id = $1 AND acknowledgement_id = $2 AND withdrawn_at IS NULL
