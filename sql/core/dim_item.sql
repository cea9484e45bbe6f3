-- One row per item code: latest name, usual family and unit, and what this source cannot say.
WITH kept_lines AS (
    SELECT *
    FROM staging.purchase_lines
    WHERE status = 'kept'
),

last_day AS (
    SELECT max(requested_on) AS date
    FROM kept_lines
)

SELECT
    lines.item_id,
    (array_agg(lines.item_name ORDER BY lines.requested_on DESC, lines.row_number DESC))[1] AS item_name,
    mode() WITHIN GROUP (ORDER BY lines.family) AS family,
    CASE WHEN bool_or(lines.is_service) THEN 'service' ELSE 'material' END AS category,
    mode() WITHIN GROUP (ORDER BY lines.unit) AS unit,
    bool_or(lines.is_service) AS is_service,
    NULL::text AS criticality,
    NULL::numeric AS unit_cost_brl,
    NULL::numeric AS min_order_qty,
    NULL::numeric AS order_multiple,
    max(lines.requested_on) > min(last_day.date) - 365 AS active,
    jsonb_build_object(
        'not_in_source', jsonb_build_array('criticality', 'unit_cost_brl', 'min_order_qty', 'order_multiple'),
        'other_names', coalesce(to_jsonb(array_remove(
            array_agg(DISTINCT lines.item_name),
            (array_agg(lines.item_name ORDER BY lines.requested_on DESC, lines.row_number DESC))[1]
        )), '[]'::jsonb),
        'units', to_jsonb(array_agg(DISTINCT lines.unit))
    ) AS attributes
FROM kept_lines AS lines
CROSS JOIN last_day
GROUP BY lines.item_id
