-- Items (SB1) with the name of their group (SBM). A code soft-deleted and made again has one living row. B1_PE counts in
-- the unit that B1_TIPE names. DBAccess keeps S_T_A_M_P_ (UTC) where UseRowStamp=1; elsewhere write NULL in its place.
-- Branches that share the register share its items; in a register that another branch has for itself, the same code may be
-- other goods, and carries the branch.
SELECT
    sb1.r_e_c_n_o_ AS record_id,
    rtrim(sb1.b1_filial) AS branch,
    CASE WHEN :home LIKE rtrim(sb1.b1_filial) || '%' THEN '' ELSE rtrim(sb1.b1_filial) || '-' END
    || rtrim(sb1.b1_cod) AS item_id,
    rtrim(sb1.b1_desc) AS item_name,
    rtrim(sbm.bm_desc) AS family,
    rtrim(sb1.b1_um) AS unit,
    CASE WHEN sb1.b1_tipo = 'SV' THEN '1' ELSE '0' END AS is_service,
    rtrim(sb1.b1_xcrit) AS criticality,
    CASE WHEN sb1.b1_uprc > 0 THEN sb1.b1_uprc WHEN sb1.b1_custd > 0 THEN sb1.b1_custd END AS unit_cost_brl,
    CASE
        WHEN sb1.b1_pe > 0
            THEN sb1.b1_pe * CASE sb1.b1_tipe
                WHEN 'H' THEN 1 / 24.0
                WHEN 'S' THEN 7
                WHEN 'M' THEN 30
                WHEN 'A' THEN 365
                ELSE 1
            END
    END AS lead_time_days,
    CASE WHEN sb1.b1_lm > 0 THEN sb1.b1_lm END AS min_order_qty,
    CASE WHEN sb1.b1_qe > 0 THEN sb1.b1_qe END AS order_multiple,
    CASE WHEN sb1.b1_msblql = '1' THEN '1' ELSE '0' END AS blocked,
    sb1.s_t_a_m_p_ AS changed_at
FROM sb1010 AS sb1
LEFT JOIN sbm010 AS sbm
    ON
        sb1.b1_grupo = sbm.bm_grupo
        AND rtrim(sb1.b1_filial) LIKE rtrim(sbm.bm_filial) || '%'
        AND sbm.d_e_l_e_t_ = ' '
WHERE sb1.d_e_l_e_t_ = ' ' AND (:branches = '' OR :branches LIKE '%,' || rtrim(sb1.b1_filial) || '%')
