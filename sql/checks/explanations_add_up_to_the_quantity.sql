SELECT date, item_id, action, quantity, explanation
FROM analytics.recommendations
WHERE
    date BETWEEN %(first)s AND %(last)s
    AND quantity IS NOT NULL
    AND quantity <> (
        SELECT coalesce(sum((line ->> 'value')::numeric), 0)
        FROM jsonb_array_elements(explanation) AS line
    )
