-- Stock at the end of each day, and how the day's issues were served, by stocking place. What a shelf holds in the evening
-- it has in the morning: issues of a day that began with an empty shelf had waited for what came in. All sums are of exact
-- numbers: a day is the same to the last digit in whatever window, and by whatever plan, it is made.
WITH stock AS (
    SELECT
        item_id,
        site_id,
        date,
        on_hand,
        unit_cost_brl,
        lag(on_hand) OVER earlier AS opening,
        max(date) FILTER (WHERE on_hand > 0) OVER (
            PARTITION BY item_id, site_id ORDER BY date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_in_stock_on
    FROM core.fact_inventory_daily
    WHERE date BETWEEN %(first)s::date - %(stocked_days)s AND %(last)s
    WINDOW earlier AS (PARTITION BY item_id, site_id ORDER BY date)
),

-- Metres and pieces do not add up: quantities are counted in usual issues of their item.
usual_issue AS (
    SELECT
        item_id,
        sum(quantity) / sum(issue_lines) AS quantity
    FROM core.fact_issues_daily
    GROUP BY item_id
),

places AS (
    SELECT
        stock.date,
        stock.site_id,
        items.family,
        items.criticality = 'H' AS is_critical,
        stock.on_hand,
        stock.opening,
        coalesce(stock.last_in_stock_on > stock.date - %(stocked_days)s, false) AS was_stocked,
        greatest(stock.on_hand, 0) * stock.unit_cost_brl AS value_brl,
        coalesce(issues.quantity, 0) AS issued,
        issues.quantity * stock.unit_cost_brl AS issued_brl,
        issues.issue_lines AS lines,
        issues.quantity / usual_issue.quantity AS usual_issues
    FROM stock
    INNER JOIN core.dim_item AS items ON stock.item_id = items.item_id
    LEFT JOIN core.fact_issues_daily AS issues
        ON stock.item_id = issues.item_id AND stock.site_id = issues.site_id AND stock.date = issues.date
    LEFT JOIN usual_issue ON issues.item_id = usual_issue.item_id
    WHERE stock.date >= %(first)s AND NOT items.is_service
),

cube AS (
    SELECT
        date,
        site_id,
        family,
        count(*) FILTER (WHERE on_hand > 0 OR was_stocked) AS stocked,
        count(*) FILTER (WHERE on_hand <= 0 AND was_stocked) AS out_of_stock,
        sum(value_brl) AS value_brl,
        sum(issued_brl) AS issued_brl,
        sum(lines) FILTER (WHERE opening IS NOT NULL) AS lines,
        sum(lines) FILTER (WHERE opening > 0) AS lines_at_once,
        sum(lines) FILTER (WHERE opening IS NOT NULL AND is_critical) AS critical_lines,
        sum(lines) FILTER (WHERE opening <= 0 AND is_critical) AS critical_lines_late,
        sum(usual_issues) FILTER (WHERE opening IS NOT NULL) AS units,
        sum(usual_issues) FILTER (WHERE opening > 0) AS units_at_once,
        -- What came in shows as more stock than the morning's less the issues. A place that had no stock for long begins anew.
        count(*) FILTER (WHERE on_hand - opening + issued > 0 AND (opening > 0 OR was_stocked)) AS cycles,
        count(*) FILTER (WHERE on_hand - opening + issued > 0 AND opening > 0) AS cycles_in_stock
    FROM places
    GROUP BY date, site_id, family
),

members AS (
    SELECT
        date,
        CASE WHEN grouping(family) = 0 THEN 'family' WHEN grouping(site_id) = 0 THEN 'site' ELSE 'all' END AS dimension,
        coalesce(family, site_id, 'ALL') AS member,
        sum(stocked) AS stocked,
        sum(out_of_stock) AS out_of_stock,
        sum(value_brl) AS value_brl,
        -- A day without issues is one of nothing issued, unless what is issued has no price.
        CASE WHEN sum(value_brl) IS NOT NULL THEN coalesce(sum(issued_brl), 0) END AS issued_brl,
        sum(lines) AS lines,
        coalesce(sum(lines_at_once), 0) AS lines_at_once,
        sum(critical_lines) AS critical_lines,
        coalesce(sum(critical_lines_late), 0) AS critical_lines_late,
        sum(units) AS units,
        coalesce(sum(units_at_once), 0) AS units_at_once,
        sum(cycles) AS cycles,
        sum(cycles_in_stock) AS cycles_in_stock
    FROM cube
    GROUP BY GROUPING SETS ((date), (date, family), (date, site_id))
)

SELECT
    members.date,
    members.dimension,
    members.member,
    figures.kpi,
    figures.numerator::double precision AS numerator,
    figures.denominator::double precision AS denominator,
    CASE WHEN figures.numerator IS NULL THEN 'prices_not_in_source' END AS reason
FROM members
CROSS JOIN LATERAL (
    VALUES
    ('stockout_rate', members.out_of_stock, members.stocked),
    ('inventory_value_brl', members.value_brl, 1),
    ('carrying_cost_brl', members.value_brl * %(holding_rate)s::numeric / 365, NULL),
    ('turnover', 365 * members.issued_brl, members.value_brl),
    ('days_of_supply', members.value_brl, members.issued_brl),
    ('fill_rate_lines', members.lines_at_once, members.lines),
    ('fill_rate_units', members.units_at_once, members.units),
    ('sla_exposure_rate', members.critical_lines_late, members.critical_lines),
    ('cycle_service_rate', members.cycles_in_stock, members.cycles)
) AS figures (kpi, numerator, denominator)
-- What did not happen on a day is no row: nothing is known of a service that nobody asked for.
WHERE figures.kpi IN ('inventory_value_brl', 'carrying_cost_brl', 'turnover', 'days_of_supply') OR figures.denominator > 0
