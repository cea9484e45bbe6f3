-- Internal movements (SD3) of a window. Types below 500 bring stock in, the others take it out; reversed ones count for
-- nothing. Beside them the lines of outgoing invoices (SD2) that take from stock (SF4's F4_ESTOQUE), under their record
-- number with a minus: what goes to another branch (F4_TRANFIL) is a transfer, and what is sold or sent back no demand either.
SELECT
    sd3.r_e_c_n_o_ AS record_id,
    sd3.d3_emissao AS moved_on,
    CASE
        WHEN sd3.branch = :home OR :home LIKE substr(sd3.branch, 1, items.width) || '%' THEN rtrim(sd3.d3_cod)
        ELSE substr(sd3.branch, 1, items.width) || '-' || rtrim(sd3.d3_cod)
    END AS item_id,
    CASE
        WHEN sd3.branch = :home OR :home LIKE sd3.branch || '%' THEN rtrim(sd3.d3_local)
        ELSE sd3.branch || '-' || rtrim(sd3.d3_local)
    END AS site_id,
    CASE
        WHEN sd3.branch = :home OR rtrim(sd3.d3_cc) = '' OR :home LIKE substr(sd3.branch, 1, places.width) || '%'
            THEN rtrim(sd3.d3_cc)
        ELSE substr(sd3.branch, 1, places.width) || '-' || rtrim(sd3.d3_cc)
    END AS served_site_id,
    CASE
        WHEN sd3.d3_cf = 'RE0' THEN 'issue'
        WHEN sd3.d3_cf = 'DE0' THEN 'return'
        WHEN sd3.d3_cf IN ('RE4', 'DE4') THEN 'transfer'
        ELSE 'adjustment'
    END AS kind,
    CASE WHEN sd3.d3_tm < '500' THEN sd3.d3_quant ELSE -sd3.d3_quant END AS quantity,
    sd3.d3_custo1 AS cost_brl
FROM (
    SELECT
        sd3010.*,
        rtrim(d3_filial) AS branch
    FROM sd3010
    WHERE d_e_l_e_t_ = ' ' AND d3_estorno <> 'S' AND d3_emissao BETWEEN :first AND :last
) AS sd3
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
CROSS JOIN (SELECT coalesce(length(rtrim(max(nnr_filial))), 0) AS width FROM nnr010) AS places
WHERE (:branches = '' OR :branches LIKE '%,' || sd3.branch || '%')
UNION ALL
SELECT
    -sd2.r_e_c_n_o_ AS record_id,
    sd2.d2_emissao AS moved_on,
    CASE
        WHEN :home LIKE substr(sd2.branch, 1, items.width) || '%' THEN rtrim(sd2.d2_cod)
        ELSE substr(sd2.branch, 1, items.width) || '-' || rtrim(sd2.d2_cod)
    END AS item_id,
    CASE
        WHEN :home LIKE sd2.branch || '%' THEN rtrim(sd2.d2_local)
        ELSE sd2.branch || '-' || rtrim(sd2.d2_local)
    END AS site_id,
    NULL AS served_site_id,
    CASE WHEN sf4.f4_tranfil = '1' THEN 'transfer' ELSE 'adjustment' END AS kind,
    -sd2.d2_quant AS quantity,
    sd2.d2_custo1 AS cost_brl
FROM (
    SELECT
        sd2010.*,
        rtrim(d2_filial) AS branch
    FROM sd2010
    WHERE d_e_l_e_t_ = ' ' AND d2_emissao BETWEEN :first AND :last
) AS sd2
INNER JOIN sf4010 AS sf4
    ON
        sd2.d2_tes = sf4.f4_codigo AND sd2.branch LIKE rtrim(sf4.f4_filial) || '%'
        AND sf4.d_e_l_e_t_ = ' ' AND sf4.f4_estoque = 'S'
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
WHERE (:branches = '' OR :branches LIKE '%,' || sd2.branch || '%')
