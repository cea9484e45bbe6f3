-- Each origin sees whole weeks before it and nothing later. Origins that the data do not reach have no profile.
WITH known AS (
    SELECT max(week) + 7 AS latest_origin
    FROM analytics.features_demand_weekly
),

origins AS (
    SELECT generate_series(%(first)s::date, least(%(last)s::date, latest_origin), interval '7 days')::date AS origin
    FROM known
),

weekly_moments AS (
    SELECT
        origins.origin,
        weekly.item_id,
        min(weekly.week) FILTER (WHERE weekly.demand > 0) AS first_week,
        count(*)::integer AS weeks_observed,
        (count(*) FILTER (WHERE weekly.demand > 0))::integer AS weeks_with_demand,
        sum(weekly.demand) AS demand_total,
        coalesce(sum(weekly.demand) FILTER (WHERE weekly.week >= origins.origin - 364), 0) AS demand_52w,
        coalesce(sum(weekly.request_lines) FILTER (WHERE weekly.week >= origins.origin - 364), 0)::integer
            AS request_lines_52w,
        avg(weekly.demand)::double precision AS mean_weekly_demand,
        stddev_pop(weekly.demand)::double precision AS sd,
        avg(weekly.demand) FILTER (WHERE weekly.demand > 0)::double precision AS mean_size,
        -- The sample variance: with two sizes the population's would be half of it and call lumpy items smooth.
        var_samp(weekly.demand) FILTER (WHERE weekly.demand > 0)::double precision AS variance_of_size
    FROM origins
    INNER JOIN analytics.features_demand_weekly AS weekly ON origins.origin > weekly.week
    GROUP BY origins.origin, weekly.item_id
),

demand_days AS (
    SELECT
        origins.origin,
        daily.item_id,
        min(daily.date) AS first_demand_on,
        max(daily.date) AS last_demand_on
    FROM origins
    INNER JOIN core.fact_demand_daily AS daily ON origins.origin > daily.date
    GROUP BY origins.origin, daily.item_id
),

profiles AS (
    SELECT
        moments.*,
        days.first_demand_on,
        days.last_demand_on,
        moments.sd / nullif(moments.mean_weekly_demand, 0) AS cv,
        moments.weeks_observed::double precision / moments.weeks_with_demand AS adi,
        moments.variance_of_size / (moments.mean_size * moments.mean_size) AS cv2,
        CASE WHEN bool_and(items.unit_cost_brl IS NOT NULL) OVER (PARTITION BY moments.origin) THEN 'value' ELSE 'request_lines' END
            AS abc_basis,
        coalesce(moments.demand_52w * items.unit_cost_brl, 0) AS value_52w
    FROM weekly_moments AS moments
    INNER JOIN demand_days AS days ON moments.origin = days.origin AND moments.item_id = days.item_id
    INNER JOIN core.dim_item AS items ON moments.item_id = items.item_id
    WHERE moments.weeks_with_demand > 0
),

weights AS (
    SELECT
        *,
        CASE WHEN abc_basis = 'value' THEN value_52w ELSE request_lines_52w END::double precision AS weight
    FROM profiles
),

ranked AS (
    SELECT
        *,
        -- Share of all weight held by items that weigh more: the item that crosses 80 percent still belongs to A.
        coalesce(
            sum(weight) OVER (
                PARTITION BY origin ORDER BY weight DESC, item_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0
        ) / nullif(sum(weight) OVER (PARTITION BY origin), 0) AS share_before
    FROM weights
)

SELECT
    origin,
    item_id,
    first_demand_on,
    last_demand_on,
    weeks_observed,
    weeks_with_demand,
    demand_total,
    demand_52w,
    request_lines_52w,
    mean_weekly_demand,
    cv,
    adi,
    cv2,
    CASE
        WHEN cv2 IS NULL THEN NULL
        WHEN adi < 1.32 AND cv2 < 0.49 THEN 'smooth'
        WHEN adi < 1.32 THEN 'erratic'
        WHEN cv2 < 0.49 THEN 'intermittent'
        ELSE 'lumpy'
    END AS demand_class,
    CASE
        WHEN weight = 0 OR share_before IS NULL THEN 'C'
        WHEN share_before < 0.80 THEN 'A'
        WHEN share_before < 0.95 THEN 'B'
        ELSE 'C'
    END AS abc_class,
    abc_basis,
    CASE
        WHEN cv IS NULL THEN NULL
        WHEN cv <= 0.5 THEN 'X'
        WHEN cv <= 1.0 THEN 'Y'
        ELSE 'Z'
    END AS xyz_class
FROM ranked
