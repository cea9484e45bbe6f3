-- Items by value and regularity on the latest origin.
SELECT
    family,
    abc_class,
    xyz_class,
    abc_basis,
    origin,
    items,
    request_lines_52w,
    demand_value_52w_brl::float8 AS demand_value_52w_brl,
    stock_value_brl::float8 AS stock_value_brl,
    stock_reason,
    value_reason
FROM analytics.mv_abc_xyz
