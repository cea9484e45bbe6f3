-- What stock will do, day by day.
SELECT
    projection.date,
    projection.item_id,
    projection.site_id,
    projection.date + path.number::int AS day,
    path.stock_q10::float8 AS stock_q10,
    path.stock_q50::float8 AS stock_q50,
    path.stock_q90::float8 AS stock_q90,
    path.arrivals::float8 AS arrivals
FROM analytics.stock_projection AS projection
CROSS JOIN LATERAL unnest(projection.stock_q10, projection.stock_q50, projection.stock_q90, projection.arrivals)
WITH ORDINALITY AS path (stock_q10, stock_q50, stock_q90, arrivals, number)
