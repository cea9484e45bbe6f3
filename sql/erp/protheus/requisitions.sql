-- Purchase requisitions (SC1) of a window, without what was dropped as residue before anything was ordered.
SELECT
    r_e_c_n_o_ AS record_id,
    c1_emissao AS requested_on,
    rtrim(c1_num) AS requisition_id,
    rtrim(c1_item) AS line_no,
    rtrim(c1_produto) AS item_id,
    CASE WHEN rtrim(c1_cc) <> '' THEN rtrim(c1_cc) ELSE rtrim(c1_local) END AS site_id,
    c1_quant AS quantity,
    c1_datprf AS needed_on,
    rtrim(c1_pedido) AS order_id,
    rtrim(c1_itemped) AS order_line_no
FROM sc1010
WHERE d_e_l_e_t_ = ' ' AND NOT (c1_residuo = 'S' AND c1_quje = 0) AND c1_emissao BETWEEN :first AND :last
