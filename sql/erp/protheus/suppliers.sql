-- Suppliers (SA2): code and store (A2_LOJA) together are the key, in each branch that has a register for itself.
SELECT
    r_e_c_n_o_ AS record_id,
    rtrim(a2_filial) AS branch,
    CASE WHEN :home LIKE rtrim(a2_filial) || '%' THEN '' ELSE rtrim(a2_filial) || '-' END
    || rtrim(a2_cod) || '-' || rtrim(a2_loja) AS supplier_id,
    rtrim(a2_nome) AS supplier_name,
    CASE WHEN a2_msblql = '1' THEN '1' ELSE '0' END AS blocked
FROM sa2010
WHERE d_e_l_e_t_ = ' ' AND (:branches = '' OR :branches LIKE '%,' || rtrim(a2_filial) || '%')
