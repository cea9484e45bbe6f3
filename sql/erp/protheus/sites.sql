-- Warehouses and the towers they serve (NNR). A tower is one place for all branches that share the register. Stock is each
-- branch's own (SB2): where another branch keeps some under a shared code, that is one more place, with its branch.
WITH places AS (
    SELECT
        nnr010.*,
        rtrim(nnr_filial) AS branch
    FROM nnr010
    WHERE d_e_l_e_t_ = ' ' AND (:branches = '' OR :branches LIKE '%,' || rtrim(nnr_filial) || '%')
),

uses AS (
    SELECT
        r_e_c_n_o_,
        branch
    FROM places
    UNION
    SELECT
        places.r_e_c_n_o_,
        rtrim(sb2.b2_filial) AS branch
    FROM sb2010 AS sb2
    INNER JOIN places
        ON rtrim(sb2.b2_local) = rtrim(places.nnr_codigo) AND rtrim(sb2.b2_filial) LIKE places.branch || '%'
    WHERE sb2.d_e_l_e_t_ = ' ' AND (:branches = '' OR :branches LIKE '%,' || rtrim(sb2.b2_filial) || '%')
),

spots AS (
    SELECT
        r_e_c_n_o_,
        max(branch) AS branch,
        CASE WHEN :home LIKE branch || '%' THEN '' ELSE branch || '-' END AS prefix
    FROM uses
    GROUP BY r_e_c_n_o_, CASE WHEN :home LIKE branch || '%' THEN '' ELSE branch || '-' END
)

SELECT
    places.r_e_c_n_o_ AS record_id,
    spots.branch,
    spots.prefix || rtrim(places.nnr_codigo) AS site_id,
    CASE
        WHEN spots.prefix = '' THEN rtrim(places.nnr_descri)
        ELSE rtrim(places.nnr_descri) || ' (' || spots.branch || ')'
    END AS site_name,
    rtrim(places.nnr_xuf) AS state,
    rtrim(places.nnr_xreg) AS region,
    CASE places.nnr_xtipo
        WHEN 'T' THEN 'tower'
        WHEN 'A' THEN 'warehouse'
        WHEN 'R' THEN 'regional'
        WHEN 'E' THEN 'team'
        ELSE 'unknown'
    END AS site_type,
    rtrim(places.nnr_xcli) AS client
FROM places
INNER JOIN spots ON places.r_e_c_n_o_ = spots.r_e_c_n_o_
