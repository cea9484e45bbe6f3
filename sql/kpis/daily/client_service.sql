-- Service by the client of the tower that an issue was for. Demand knows the tower, issues the stocking place: of an item
-- that several places issued on a day, each tower's lines waited in the share in which the item's lines waited.
WITH empty_mornings AS (
    SELECT
        item_id,
        site_id,
        date + 1 AS date
    FROM core.fact_inventory_daily
    WHERE date BETWEEN %(first)s::date - 1 AND %(last)s::date - 1 AND on_hand <= 0
),

known_mornings AS (
    SELECT DISTINCT date + 1 AS date
    FROM core.fact_inventory_daily
    WHERE date BETWEEN %(first)s::date - 1 AND %(last)s::date - 1
),

waited AS (
    SELECT
        issues.item_id,
        issues.date,
        coalesce(sum(issues.issue_lines) FILTER (WHERE empty_mornings.item_id IS NOT NULL), 0)::numeric
        / sum(issues.issue_lines) AS share
    FROM core.fact_issues_daily AS issues
    INNER JOIN known_mornings ON issues.date = known_mornings.date
    LEFT JOIN empty_mornings
        ON issues.item_id = empty_mornings.item_id
            AND issues.site_id = empty_mornings.site_id
            AND issues.date = empty_mornings.date
    WHERE issues.date BETWEEN %(first)s AND %(last)s
    GROUP BY issues.item_id, issues.date
),

clients AS (
    SELECT
        demand.date,
        sites.client,
        sum(demand.request_lines) AS lines,
        sum(demand.request_lines * (1 - waited.share)) AS lines_at_once,
        sum(demand.request_lines) FILTER (WHERE items.criticality = 'H') AS critical_lines,
        sum(demand.request_lines * waited.share) FILTER (WHERE items.criticality = 'H') AS critical_lines_late
    FROM core.fact_demand_daily AS demand
    INNER JOIN core.dim_site AS sites ON demand.site_id = sites.site_id
    INNER JOIN core.dim_item AS items ON demand.item_id = items.item_id
    INNER JOIN waited ON demand.item_id = waited.item_id AND demand.date = waited.date
    WHERE demand.date BETWEEN %(first)s AND %(last)s AND sites.client IS NOT NULL
    GROUP BY demand.date, sites.client
)

SELECT
    clients.date,
    'client' AS dimension,
    clients.client AS member,
    figures.kpi,
    figures.numerator::double precision AS numerator,
    figures.denominator::double precision AS denominator,
    NULL AS reason
FROM clients
CROSS JOIN LATERAL (
    VALUES
    ('fill_rate_lines', clients.lines_at_once, clients.lines),
    ('sla_exposure_rate', clients.critical_lines_late, clients.critical_lines)
) AS figures (kpi, numerator, denominator)
WHERE figures.denominator > 0
