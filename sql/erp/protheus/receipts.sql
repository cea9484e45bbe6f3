-- Goods receipts (SD1) of a window, by the day they were entered; returns to the supplier take back.
SELECT
    r_e_c_n_o_ AS record_id,
    d1_dtdigit AS received_on,
    rtrim(d1_doc) || '/' || rtrim(d1_serie) || '/' || rtrim(d1_fornece) || '-' || rtrim(d1_loja) AS receipt_id,
    rtrim(d1_item) AS line_no,
    rtrim(d1_pedido) AS order_id,
    rtrim(d1_itempc) AS order_line_no,
    rtrim(d1_cod) AS item_id,
    rtrim(d1_local) AS site_id,
    rtrim(d1_fornece) || '-' || rtrim(d1_loja) AS supplier_id,
    CASE WHEN d1_tipo = 'D' THEN -d1_quant ELSE d1_quant END AS quantity,
    CASE WHEN d1_vunit > 0 THEN d1_vunit END AS unit_price_brl
FROM sd1010
WHERE d_e_l_e_t_ = ' ' AND d1_dtdigit BETWEEN :first AND :last
