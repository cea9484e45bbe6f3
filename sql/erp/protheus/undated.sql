-- Living rows of the branches whose day is blank or lies outside :first to :last: mistyped years, days that were never
-- filled in.
SELECT *
FROM (
    SELECT
        'stock_movements' AS extract,
        r_e_c_n_o_ AS record_id,
        rtrim(d3_filial) AS branch,
        d3_emissao AS day,
        rtrim(d3_doc) AS document,
        rtrim(d3_cod) AS item_id,
        d3_quant AS quantity
    FROM sd3010
    WHERE d_e_l_e_t_ = ' ' AND (d3_emissao < :first OR d3_emissao > :last)
    UNION ALL
    SELECT
        'requisitions' AS extract,
        r_e_c_n_o_ AS record_id,
        CASE WHEN rtrim(c1_filent) = '' THEN rtrim(c1_filial) ELSE rtrim(c1_filent) END AS branch,
        c1_emissao AS day,
        rtrim(c1_num) || '/' || rtrim(c1_item) AS document,
        rtrim(c1_produto) AS item_id,
        c1_quant AS quantity
    FROM sc1010
    WHERE d_e_l_e_t_ = ' ' AND (c1_emissao < :first OR c1_emissao > :last)
    UNION ALL
    SELECT
        'purchase_orders' AS extract,
        r_e_c_n_o_ AS record_id,
        CASE WHEN rtrim(c7_filent) = '' THEN rtrim(c7_filial) ELSE rtrim(c7_filent) END AS branch,
        c7_emissao AS day,
        rtrim(c7_num) || '/' || rtrim(c7_item) AS document,
        rtrim(c7_produto) AS item_id,
        c7_quant AS quantity
    FROM sc7010
    WHERE d_e_l_e_t_ = ' ' AND (c7_emissao < :first OR c7_emissao > :last)
    UNION ALL
    SELECT
        'receipts' AS extract,
        r_e_c_n_o_ AS record_id,
        rtrim(d1_filial) AS branch,
        d1_dtdigit AS day,
        rtrim(d1_doc) || '/' || rtrim(d1_serie) AS document,
        rtrim(d1_cod) AS item_id,
        d1_quant AS quantity
    FROM sd1010
    WHERE d_e_l_e_t_ = ' ' AND (d1_dtdigit < :first OR d1_dtdigit > :last)
    UNION ALL
    SELECT
        'stock_movements' AS extract,
        -r_e_c_n_o_ AS record_id,
        rtrim(d2_filial) AS branch,
        d2_emissao AS day,
        rtrim(d2_doc) || '/' || rtrim(d2_serie) AS document,
        rtrim(d2_cod) AS item_id,
        d2_quant AS quantity
    FROM sd2010
    WHERE d_e_l_e_t_ = ' ' AND (d2_emissao < :first OR d2_emissao > :last)
) AS outside
WHERE (:branches = '' OR :branches LIKE '%,' || outside.branch || '%')
