-- Each stocking place's part of what left stock for work in the year up to day $1.
SELECT
    item_id,
    site_id,
    (sum(quantity) / nullif(sum(sum(quantity)) OVER (PARTITION BY item_id), 0))::double precision AS share
FROM core.fact_issues_daily
WHERE date <= $1::date AND date > $1::date - 364
GROUP BY item_id, site_id
