-- Warehouses and the towers they serve (NNR).
SELECT
    r_e_c_n_o_ AS record_id,
    rtrim(nnr_codigo) AS site_id,
    rtrim(nnr_descri) AS site_name,
    rtrim(nnr_xuf) AS state,
    rtrim(nnr_xreg) AS region,
    CASE nnr_xtipo
        WHEN 'T' THEN 'tower'
        WHEN 'A' THEN 'warehouse'
        WHEN 'R' THEN 'regional'
        WHEN 'E' THEN 'team'
        ELSE 'unknown'
    END AS site_type,
    rtrim(nnr_xcli) AS client
FROM nnr010
WHERE d_e_l_e_t_ = ' '
