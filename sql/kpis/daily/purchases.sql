-- What purchasing and suppliers did, on the day on which it happened or was due. Materials only.
WITH data_end AS (
    SELECT
        max(requested_on) AS date,
        count(received_on) > 0 AS has_receipts
    FROM core.fact_purchase_lines
),

events AS (
    SELECT
        figures.date,
        figures.kpi,
        figures.value,
        items.family,
        lines.site_id,
        lines.supplier_id,
        sites.client
    FROM core.fact_purchase_lines AS lines
    INNER JOIN core.dim_item AS items ON lines.item_id = items.item_id
    INNER JOIN core.dim_site AS sites ON lines.site_id = sites.site_id
    CROSS JOIN data_end
    CROSS JOIN LATERAL (
        VALUES
        ('after_the_fact_rate', lines.requested_on, lines.after_the_fact::integer::numeric),
        (
            'purchase_time_days',
            CASE WHEN NOT lines.after_the_fact THEN lines.ordered_on END,
            lines.ordered_on - lines.requested_on
        ),
        (
            'supplier_lead_time_days',
            CASE WHEN lines.received_on >= lines.ordered_on THEN lines.received_on END,
            lines.received_on - lines.ordered_on
        ),
        (
            'received_share',
            CASE WHEN lines.received_qty IS NOT NULL AND lines.ordered_qty > 0 THEN lines.received_on END,
            least(1, lines.received_qty / nullif(lines.ordered_qty, 0))
        ),
        -- What was due and is not there is late, too, unless it was cancelled. Promises for days before the order are mistyped.
        (
            'on_time_rate',
            CASE
                WHEN
                    data_end.has_receipts
                    AND lines.promised_on BETWEEN lines.ordered_on AND data_end.date
                    AND NOT (lines.rest_cancelled AND lines.received_on IS NULL)
                    THEN lines.promised_on
            END,
            coalesce(lines.received_on <= lines.promised_on, false)::integer
        )
    ) AS figures (kpi, date, value)
    WHERE NOT items.is_service AND figures.date BETWEEN %(first)s AND %(last)s
)

SELECT
    date,
    CASE
        WHEN grouping(family) = 0 THEN 'family'
        WHEN grouping(site_id) = 0 THEN 'site'
        WHEN grouping(supplier_id) = 0 THEN 'supplier'
        WHEN grouping(client) = 0 THEN 'client'
        ELSE 'all'
    END AS dimension,
    coalesce(family, site_id, supplier_id, client, 'ALL') AS member,
    kpi,
    sum(value)::double precision AS numerator,
    count(*)::double precision AS denominator,
    NULL AS reason
FROM events
GROUP BY
    GROUPING SETS ((date, kpi), (date, kpi, family), (date, kpi, site_id), (date, kpi, supplier_id), (date, kpi, client))
HAVING grouping(client) = 1 OR client IS NOT NULL
