-- Internal movements (SD3) of a window. Types below 500 bring stock in, the others take it out; reversed ones count for
-- nothing. Beside them the lines of outgoing invoices (SD2) that take from stock (SF4's F4_ESTOQUE), under their record
-- number with a minus: what goes to another branch (F4_TRANFIL) is a transfer, and what is sold or sent back no demand either.
SELECT
    moved.record_id,
    moved.moved_on,
    CASE
        WHEN moved.branch = :home OR :home LIKE substr(moved.branch, 1, items.width) || '%' THEN moved.item
        ELSE substr(moved.branch, 1, items.width) || '-' || moved.item
    END AS item_id,
    CASE
        WHEN moved.branch = :home OR :home LIKE moved.branch || '%' THEN moved.warehouse
        ELSE moved.branch || '-' || moved.warehouse
    END AS site_id,
    CASE
        WHEN moved.branch = :home OR moved.place = '' OR :home LIKE substr(moved.branch, 1, places.width) || '%'
            THEN moved.place
        ELSE substr(moved.branch, 1, places.width) || '-' || moved.place
    END AS served_site_id,
    moved.kind,
    moved.quantity,
    moved.cost_brl
FROM (
    SELECT
        r_e_c_n_o_ AS record_id,
        d3_emissao AS moved_on,
        rtrim(d3_filial) AS branch,
        rtrim(d3_cod) AS item,
        rtrim(d3_local) AS warehouse,
        rtrim(d3_cc) AS place,
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
    UNION ALL
    SELECT
        -sd2.r_e_c_n_o_ AS record_id,
        sd2.d2_emissao AS moved_on,
        rtrim(sd2.d2_filial) AS branch,
        rtrim(sd2.d2_cod) AS item,
        rtrim(sd2.d2_local) AS warehouse,
        '' AS place,
        CASE WHEN sf4.f4_tranfil = '1' THEN 'transfer' ELSE 'adjustment' END AS kind,
        -sd2.d2_quant AS quantity,
        sd2.d2_custo1 AS cost_brl
    FROM sd2010 AS sd2
    INNER JOIN sf4010 AS sf4
        ON
            sd2.d2_tes = sf4.f4_codigo AND rtrim(sd2.d2_filial) LIKE rtrim(sf4.f4_filial) || '%'
            AND sf4.d_e_l_e_t_ = ' ' AND sf4.f4_estoque = 'S'
    WHERE sd2.d_e_l_e_t_ = ' ' AND sd2.d2_emissao BETWEEN :first AND :last
) AS moved
CROSS JOIN (SELECT coalesce(length(rtrim(max(b1_filial))), 0) AS width FROM sb1010) AS items
CROSS JOIN (SELECT coalesce(length(rtrim(max(nnr_filial))), 0) AS width FROM nnr010) AS places
WHERE (:branches = '' OR :branches LIKE '%,' || moved.branch || '%')
