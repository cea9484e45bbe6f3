-- How the demand of a week is spread over its days, of items whose demand is smooth: of others a day is mostly zero, and a
-- share of a week's mean would promise what nobody knows. From the year before the origin, holidays left out: a weekday
-- that lost days to them is no weaker for it. The item's demand days count against prior_days of the portfolio's weekdays.
-- Sums are of numeric: those of double precision would depend on the order of rows, and a reload would change last digits.
WITH rule (window_days, prior_days) AS (
    VALUES (364, 20.0)
),

smooth AS (
    SELECT
        profile.origin,
        profile.item_id,
        profile.first_demand_on
    FROM analytics.features_demand_profile AS profile
    INNER JOIN core.dim_item AS items ON profile.item_id = items.item_id
    WHERE profile.origin BETWEEN %(first)s AND %(last)s AND profile.demand_class = 'smooth' AND NOT items.is_service
),

daily AS (
    SELECT
        smooth.origin,
        smooth.item_id,
        demand.date,
        sum(demand.demand) AS demand
    FROM smooth
    CROSS JOIN rule
    INNER JOIN core.fact_demand_daily AS demand
        ON
            smooth.item_id = demand.item_id
            AND smooth.origin > demand.date
            AND smooth.origin - rule.window_days <= demand.date
    GROUP BY smooth.origin, smooth.item_id, demand.date
),

-- Days of each weekday that the item could have been demanded on, and what came on them.
weekdays AS (
    SELECT
        smooth.origin,
        smooth.item_id,
        calendar.weekday,
        coalesce(sum(daily.demand), 0) / count(*) AS rate,
        count(daily.demand) AS demand_days
    FROM smooth
    CROSS JOIN rule
    INNER JOIN core.dim_calendar AS calendar
        ON
            smooth.origin > calendar.date
            AND greatest(smooth.origin - rule.window_days, smooth.first_demand_on) <= calendar.date
            AND NOT calendar.is_holiday
    LEFT JOIN daily
        ON smooth.origin = daily.origin AND smooth.item_id = daily.item_id AND calendar.date = daily.date
    GROUP BY smooth.origin, smooth.item_id, calendar.weekday
),

own AS (
    SELECT
        origin,
        item_id,
        weekday,
        rate / nullif(sum(rate) OVER item, 0) AS share,
        sum(rate) OVER item AS week,
        sum(demand_days) OVER item AS demand_days
    FROM weekdays
    WINDOW item AS (PARTITION BY origin, item_id)
),

portfolio AS (
    SELECT
        origin,
        weekday,
        avg(share) AS share
    FROM own
    GROUP BY origin, weekday
),

-- What a holiday brings, as part of what its weekday would have brought.
holidays AS (
    SELECT
        own.origin,
        coalesce(sum(daily.demand / own.week) / nullif(sum(own.share), 0), 0) AS factor
    FROM own
    CROSS JOIN rule
    INNER JOIN core.dim_calendar AS calendar
        ON
            own.weekday = calendar.weekday
            AND calendar.is_holiday
            AND own.origin > calendar.date
            AND own.origin - rule.window_days <= calendar.date
    LEFT JOIN daily ON own.origin = daily.origin AND own.item_id = daily.item_id AND calendar.date = daily.date
    WHERE own.week > 0
    GROUP BY own.origin
)

SELECT
    own.origin,
    own.item_id,
    own.weekday,
    (
        (own.share * own.demand_days + portfolio.share * rule.prior_days)
        / sum(own.share * own.demand_days + portfolio.share * rule.prior_days) OVER (PARTITION BY own.origin, own.item_id)
    )::double precision AS share,
    least(coalesce(holidays.factor, 1), 1)::double precision AS holiday_factor,
    own.demand_days::integer AS demand_days
FROM own
CROSS JOIN rule
INNER JOIN portfolio ON own.origin = portfolio.origin AND own.weekday = portfolio.weekday
LEFT JOIN holidays ON own.origin = holidays.origin
WHERE own.week > 0
