SELECT date, item_id, site_id, on_hand, on_order, late_on_order, lost_on_order, position
FROM analytics.stock_projection
WHERE
    date BETWEEN %(first)s AND %(last)s
    AND (
        (position = on_hand + on_order - late_on_order AND lost_on_order <= late_on_order AND late_on_order <= on_order)
        IS NOT TRUE
        AND on_hand IS NOT NULL
    )
