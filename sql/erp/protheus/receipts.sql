-- Goods receipts (SD1) of a window, by the day they were entered; returns to the supplier take back. What comes from another
-- branch (a transfer, SF4's F4_TRANFIL) is entered here too: it comes into stock, and has no order. A receipt's order is one
-- of its own branch, or one that another branch made for delivery here (C7_FILENT) and that has the line with this item.
WITH bought_elsewhere AS (
    SELECT
        c7_filent,
        c7_num,
        c7_item,
        c7_produto,
        min(rtrim(c7_filial)) AS buys
    FROM sc7010
    WHERE d_e_l_e_t_ = ' ' AND rtrim(c7_filent) <> '' AND c7_filent <> c7_filial
    GROUP BY c7_filent, c7_num, c7_item, c7_produto
),

orders AS (
    SELECT coalesce(length(rtrim(max(c7_filial))), 0) AS width
    FROM sc7010
),

lines AS (
    SELECT
        sd1.*,
        rtrim(sd1.d1_filial) AS branch,
        CASE
            WHEN
                bought_elsewhere.buys IS NULL
                OR EXISTS (
                    SELECT 1 AS own
                    FROM sc7010 AS sc7
                    WHERE
                        sc7.d_e_l_e_t_ = ' ' AND sc7.c7_filial = sd1.d1_filial AND sc7.c7_num = sd1.d1_pedido
                        AND sc7.c7_item = sd1.d1_itempc AND sc7.c7_produto = sd1.d1_cod
                )
                THEN substr(rtrim(sd1.d1_filial), 1, orders.width)
            ELSE bought_elsewhere.buys
        END AS buys
    FROM sd1010 AS sd1
    CROSS JOIN orders
    LEFT JOIN bought_elsewhere
        ON
            sd1.d1_filial = bought_elsewhere.c7_filent AND sd1.d1_pedido = bought_elsewhere.c7_num
            AND sd1.d1_itempc = bought_elsewhere.c7_item AND sd1.d1_cod = bought_elsewhere.c7_produto
    WHERE sd1.d_e_l_e_t_ = ' ' AND sd1.d1_dtdigit BETWEEN :first AND :last
)

SELECT
    lines.r_e_c_n_o_ AS record_id,
    lines.branch,
    lines.d1_dtdigit AS received_on,
    CASE WHEN :home LIKE lines.branch || '%' THEN '' ELSE lines.branch || '-' END
    || rtrim(lines.d1_doc) || '/' || rtrim(lines.d1_serie) || '/'
    || rtrim(lines.d1_fornece) || '-' || rtrim(lines.d1_loja) AS receipt_id,
    rtrim(lines.d1_item) AS line_no,
    CASE
        WHEN rtrim(lines.d1_pedido) = '' THEN NULL
        WHEN :home LIKE lines.buys || '%' THEN rtrim(lines.d1_pedido)
        ELSE lines.buys || '-' || rtrim(lines.d1_pedido)
    END AS order_id,
    rtrim(lines.d1_itempc) AS order_line_no,
    CASE
        WHEN :home LIKE substr(lines.branch, 1, items.width) || '%' THEN ''
        ELSE substr(lines.branch, 1, items.width) || '-'
    END || rtrim(lines.d1_cod) AS item_id,
    CASE
        WHEN rtrim(lines.d1_local) = '' THEN NULL
        WHEN :home LIKE lines.branch || '%' THEN rtrim(lines.d1_local)
        ELSE lines.branch || '-' || rtrim(lines.d1_local)
    END AS site_id,
    CASE
        WHEN :home LIKE substr(lines.branch, 1, suppliers.width) || '%' THEN ''
        ELSE substr(lines.branch, 1, suppliers.width) || '-'
    END || rtrim(lines.d1_fornece) || '-' || rtrim(lines.d1_loja) AS supplier_id,
    CASE WHEN lines.d1_tipo = 'D' THEN -lines.d1_quant ELSE lines.d1_quant END AS quantity,
    CASE WHEN lines.d1_vunit > 0 THEN lines.d1_vunit END AS unit_price_brl
FROM lines
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
CROSS JOIN (SELECT coalesce(length(rtrim(max(a2_filial))), 0) AS width FROM sa2010) AS suppliers
WHERE (:branches = '' OR :branches LIKE '%,' || lines.branch || '%')
