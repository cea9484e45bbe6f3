-- Balances now (SB2); the days before are reckoned back from them by the movements. A balance is one of its branch.
SELECT
    sb2.r_e_c_n_o_ AS record_id,
    sb2.branch,
    CASE
        WHEN :home LIKE substr(sb2.branch, 1, items.width) || '%' THEN ''
        ELSE substr(sb2.branch, 1, items.width) || '-'
    END || rtrim(sb2.b2_cod) AS item_id,
    CASE WHEN :home LIKE sb2.branch || '%' THEN '' ELSE sb2.branch || '-' END || rtrim(sb2.b2_local) AS site_id,
    sb2.b2_qatu AS on_hand,
    CASE WHEN sb2.b2_cm1 > 0 THEN sb2.b2_cm1 END AS average_cost_brl
FROM (
    SELECT
        sb2010.*,
        rtrim(b2_filial) AS branch
    FROM sb2010
    WHERE d_e_l_e_t_ = ' '
) AS sb2
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
WHERE (:branches = '' OR :branches LIKE '%,' || sb2.branch || '%')
