-- Purchase orders (SC7) of a window.
SELECT
    r_e_c_n_o_ AS record_id,
    c7_emissao AS ordered_on,
    rtrim(c7_num) AS order_id,
    rtrim(c7_item) AS line_no,
    rtrim(c7_numsc) AS requisition_id,
    rtrim(c7_itemsc) AS requisition_line_no,
    rtrim(c7_produto) AS item_id,
    rtrim(c7_local) AS site_id,
    rtrim(c7_fornece) || '-' || rtrim(c7_loja) AS supplier_id,
    c7_quant AS quantity,
    CASE WHEN c7_preco > 0 THEN c7_preco END AS unit_price_brl,
    c7_datprf AS promised_on,
    CASE WHEN c7_residuo = 'S' THEN '1' ELSE '0' END AS cancelled
FROM sc7010
WHERE d_e_l_e_t_ = ' ' AND c7_emissao BETWEEN :first AND :last
