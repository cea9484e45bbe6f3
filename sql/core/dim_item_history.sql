-- The values of each item that change planning, with the days on which they held: the history that is there, and what the
-- ERP's register says now. An item whose values are others than those of its last row, or that came or went, has a new
-- beginning: its rows end on that day, and what the register says follows. A row that would end where it began is gone, so
-- the register read twice on one day corrects; equal rows that touch are one. Without a register (another source is in
-- use) nothing is known, and the history stays. Days are those of the session, which counts them in Bahia.
WITH register AS (
    SELECT DISTINCT ON (item_id)
        item_id,
        unit_cost_brl,
        lead_time_days,
        min_order_qty,
        order_multiple,
        changed_at
    FROM staging.erp_items
    ORDER BY item_id, record_id DESC
),

-- The day on which the register was first read as it is now.
reading AS (
    SELECT changed_at::date AS day
    FROM support.dataset_versions
    WHERE dataset = 'staging.erp_items' AND EXISTS (SELECT FROM register)
),

latest AS (
    SELECT DISTINCT ON (item_id) *
    FROM core.dim_item_history
    ORDER BY item_id, valid_from DESC
),

-- The ERP's stamp tells the day of a change better than our reading, where it has moved since the row we have.
changes AS (
    SELECT
        coalesce(register.item_id, latest.item_id) AS item_id,
        register.item_id IS NULL AS is_removal,
        CASE
            WHEN latest.item_id IS NULL THEN %(first_day)s::date
            ELSE greatest(
                latest.valid_from,
                latest.valid_to,
                CASE
                    WHEN register.changed_at > coalesce(latest.changed_at, '-infinity')
                        THEN least(register.changed_at::date, reading.day)
                    ELSE reading.day
                END
            )
        END AS day
    FROM latest
    FULL JOIN register ON latest.item_id = register.item_id
    CROSS JOIN reading
    WHERE
        CASE
            WHEN register.item_id IS NULL THEN latest.valid_to IS NULL
            ELSE
                latest.item_id IS NULL
                OR latest.valid_to IS NOT NULL
                OR (latest.unit_cost_brl, latest.lead_time_days, latest.min_order_qty, latest.order_multiple)
                IS DISTINCT FROM
                (register.unit_cost_brl, register.lead_time_days, register.min_order_qty, register.order_multiple)
        END
),

before AS (
    SELECT
        history.*,
        changes.day,
        changes.is_removal,
        coalesce(history.valid_to >= changes.day, true) AS ends_now
    FROM core.dim_item_history AS history
    INNER JOIN changes ON history.item_id = changes.item_id
    WHERE history.valid_from < changes.day
),

pieces AS (
    SELECT
        item_id,
        valid_from,
        CASE WHEN ends_now THEN day ELSE valid_to END AS valid_to,
        CASE WHEN NOT ends_now THEN ended_by WHEN is_removal THEN 'removal' ELSE 'change' END AS ended_by,
        unit_cost_brl,
        lead_time_days,
        min_order_qty,
        order_multiple,
        changed_at
    FROM before
    UNION ALL
    SELECT
        register.item_id,
        changes.day AS valid_from,
        NULL AS valid_to,
        NULL AS ended_by,
        register.unit_cost_brl,
        register.lead_time_days,
        register.min_order_qty,
        register.order_multiple,
        register.changed_at
    FROM changes
    INNER JOIN register ON changes.item_id = register.item_id
),

marked AS (
    SELECT
        *,
        (valid_from, unit_cost_brl, lead_time_days, min_order_qty, order_multiple)
        IS DISTINCT FROM (
            lag(valid_to) OVER earlier, lag(unit_cost_brl) OVER earlier, lag(lead_time_days) OVER earlier,
            lag(min_order_qty) OVER earlier, lag(order_multiple) OVER earlier
        ) AS is_new
    FROM pieces
    WINDOW earlier AS (PARTITION BY item_id ORDER BY valid_from)
),

spells AS (
    SELECT
        *,
        count(*) FILTER (WHERE is_new) OVER (PARTITION BY item_id ORDER BY valid_from) AS spell
    FROM marked
)

SELECT
    item_id,
    min(valid_from) AS valid_from,
    (array_agg(valid_to ORDER BY valid_from DESC))[1] AS valid_to,
    (array_agg(ended_by ORDER BY valid_from DESC))[1] AS ended_by,
    unit_cost_brl,
    lead_time_days,
    min_order_qty,
    order_multiple,
    (array_agg(changed_at ORDER BY valid_from))[1] AS changed_at
FROM spells
GROUP BY item_id, spell, unit_cost_brl, lead_time_days, min_order_qty, order_multiple
UNION ALL
SELECT
    history.item_id,
    history.valid_from,
    history.valid_to,
    history.ended_by,
    history.unit_cost_brl,
    history.lead_time_days,
    history.min_order_qty,
    history.order_multiple,
    history.changed_at
FROM core.dim_item_history AS history
WHERE NOT EXISTS (SELECT FROM changes WHERE changes.item_id = history.item_id)
