-- Internal movements (SD3) of a window. Types below 500 bring stock in, the others take it out; reversed ones count for nothing.
SELECT
    r_e_c_n_o_ AS record_id,
    d3_emissao AS moved_on,
    rtrim(d3_cod) AS item_id,
    rtrim(d3_local) AS site_id,
    rtrim(d3_cc) AS served_site_id,
    CASE
        WHEN d3_cf = 'RE0' THEN 'issue'
        WHEN d3_cf = 'DE0' THEN 'return'
        WHEN d3_cf IN ('RE4', 'DE4') THEN 'transfer'
        ELSE 'adjustment'
    END AS kind,
    CASE WHEN d3_tm < '500' THEN d3_quant ELSE -d3_quant END AS quantity,
    d3_custo1 AS cost_brl
FROM sd3010
WHERE d_e_l_e_t_ = ' ' AND d3_estorno <> 'S' AND d3_emissao BETWEEN :first AND :last
