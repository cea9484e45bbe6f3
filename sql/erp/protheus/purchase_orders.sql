-- Purchase orders (SC7) of a window. One is of the branch that it is delivered to (C7_FILENT); its number is that of the
-- branch that buys.
SELECT
    sc7.r_e_c_n_o_ AS record_id,
    sc7.branch,
    sc7.c7_emissao AS ordered_on,
    CASE WHEN :home LIKE sc7.buys || '%' THEN '' ELSE sc7.buys || '-' END || rtrim(sc7.c7_num) AS order_id,
    rtrim(sc7.c7_item) AS line_no,
    CASE
        WHEN rtrim(sc7.c7_numsc) = '' THEN NULL
        WHEN :home LIKE substr(sc7.buys, 1, requisitions.width) || '%' THEN rtrim(sc7.c7_numsc)
        ELSE substr(sc7.buys, 1, requisitions.width) || '-' || rtrim(sc7.c7_numsc)
    END AS requisition_id,
    rtrim(sc7.c7_itemsc) AS requisition_line_no,
    CASE
        WHEN :home LIKE substr(sc7.branch, 1, items.width) || '%' THEN ''
        ELSE substr(sc7.branch, 1, items.width) || '-'
    END || rtrim(sc7.c7_produto) AS item_id,
    CASE
        WHEN rtrim(sc7.c7_local) = '' THEN NULL
        WHEN :home LIKE sc7.branch || '%' THEN rtrim(sc7.c7_local)
        ELSE sc7.branch || '-' || rtrim(sc7.c7_local)
    END AS site_id,
    CASE
        WHEN :home LIKE substr(sc7.buys, 1, suppliers.width) || '%' THEN ''
        ELSE substr(sc7.buys, 1, suppliers.width) || '-'
    END || rtrim(sc7.c7_fornece) || '-' || rtrim(sc7.c7_loja) AS supplier_id,
    sc7.c7_quant AS quantity,
    CASE WHEN sc7.c7_preco > 0 THEN sc7.c7_preco END AS unit_price_brl,
    sc7.c7_datprf AS promised_on,
    CASE WHEN sc7.c7_residuo = 'S' THEN '1' ELSE '0' END AS cancelled
FROM (
    SELECT
        sc7010.*,
        rtrim(c7_filial) AS buys,
        CASE WHEN rtrim(c7_filent) = '' THEN rtrim(c7_filial) ELSE rtrim(c7_filent) END AS branch
    FROM sc7010
    WHERE d_e_l_e_t_ = ' ' AND c7_emissao BETWEEN :first AND :last
) AS sc7
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
CROSS JOIN (SELECT coalesce(length(rtrim(max(a2_filial))), 0) AS width FROM sa2010) AS suppliers
CROSS JOIN (SELECT coalesce(length(rtrim(max(c1_filial))), 0) AS width FROM sc1010) AS requisitions
WHERE (:branches = '' OR :branches LIKE '%,' || sc7.branch || '%')
