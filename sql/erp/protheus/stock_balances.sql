-- Balances now (SB2); the days before are reckoned back from them by the movements.
SELECT
    r_e_c_n_o_ AS record_id,
    rtrim(b2_cod) AS item_id,
    rtrim(b2_local) AS site_id,
    b2_qatu AS on_hand,
    CASE WHEN b2_cm1 > 0 THEN b2_cm1 END AS average_cost_brl
FROM sb2010
WHERE d_e_l_e_t_ = ' '
