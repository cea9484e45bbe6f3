-- What came in of each order line, by day of entry. A document line that was entered twice is one receipt; what was sent
-- back is none, and stays ordered no longer.
WITH receipts AS (
    SELECT DISTINCT ON (receipt_id, line_no, item_id)
        order_id,
        order_line_no,
        received_on,
        quantity
    FROM staging.erp_receipts
    ORDER BY receipt_id, line_no, item_id, record_id
)

SELECT
    order_id,
    order_line_no AS line_no,
    received_on AS date,
    sum(quantity) AS quantity
FROM receipts
WHERE
    order_id IS NOT NULL AND order_line_no IS NOT NULL AND quantity > 0
    AND received_on BETWEEN %(first)s AND %(last)s
GROUP BY order_id, order_line_no, received_on
