-- Suppliers (SA2): code and branch together are the key.
SELECT
    r_e_c_n_o_ AS record_id,
    rtrim(a2_cod) || '-' || rtrim(a2_loja) AS supplier_id,
    rtrim(a2_nome) AS supplier_name,
    CASE WHEN a2_msblql = '1' THEN '1' ELSE '0' END AS blocked
FROM sa2010
WHERE d_e_l_e_t_ = ' '
