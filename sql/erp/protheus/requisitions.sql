-- Purchase requisitions (SC1) of a window, without what was dropped as residue before anything was ordered. One is of the
-- branch that the material is for (C1_FILENT); its number is that of the branch that asks.
SELECT
    sc1.r_e_c_n_o_ AS record_id,
    sc1.branch,
    sc1.c1_emissao AS requested_on,
    CASE WHEN :home LIKE sc1.asks || '%' THEN '' ELSE sc1.asks || '-' END || rtrim(sc1.c1_num) AS requisition_id,
    rtrim(sc1.c1_item) AS line_no,
    CASE
        WHEN :home LIKE substr(sc1.branch, 1, items.width) || '%' THEN ''
        ELSE substr(sc1.branch, 1, items.width) || '-'
    END || rtrim(sc1.c1_produto) AS item_id,
    CASE
        WHEN rtrim(sc1.c1_cc) = '' AND rtrim(sc1.c1_local) = '' THEN NULL
        WHEN rtrim(sc1.c1_cc) = ''
            THEN CASE WHEN :home LIKE sc1.branch || '%' THEN '' ELSE sc1.branch || '-' END || rtrim(sc1.c1_local)
        WHEN :home LIKE substr(sc1.branch, 1, places.width) || '%' THEN rtrim(sc1.c1_cc)
        ELSE substr(sc1.branch, 1, places.width) || '-' || rtrim(sc1.c1_cc)
    END AS site_id,
    sc1.c1_quant AS quantity,
    sc1.c1_datprf AS needed_on,
    CASE
        WHEN rtrim(sc1.c1_pedido) = '' THEN NULL
        WHEN :home LIKE substr(sc1.asks, 1, orders.width) || '%' THEN rtrim(sc1.c1_pedido)
        ELSE substr(sc1.asks, 1, orders.width) || '-' || rtrim(sc1.c1_pedido)
    END AS order_id,
    rtrim(sc1.c1_itemped) AS order_line_no
FROM (
    SELECT
        sc1010.*,
        rtrim(c1_filial) AS asks,
        CASE WHEN rtrim(c1_filent) = '' THEN rtrim(c1_filial) ELSE rtrim(c1_filent) END AS branch
    FROM sc1010
    WHERE d_e_l_e_t_ = ' ' AND NOT (c1_residuo = 'S' AND c1_quje = 0) AND c1_emissao BETWEEN :first AND :last
) AS sc1
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
CROSS JOIN (SELECT coalesce(length(rtrim(max(nnr_filial))), 0) AS width FROM nnr010) AS places
CROSS JOIN (SELECT coalesce(length(rtrim(max(c7_filial))), 0) AS width FROM sc7010) AS orders
WHERE (:branches = '' OR :branches LIKE '%,' || sc1.branch || '%')
