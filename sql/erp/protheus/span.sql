-- First and last day that any living row of the branches has, among the days that can be.
SELECT
    min(days.day) AS first_day,
    max(days.day) AS last_day
FROM (
    SELECT
        d3_emissao AS day,
        rtrim(d3_filial) AS branch
    FROM sd3010
    WHERE d_e_l_e_t_ = ' ' AND d3_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT
        c1_emissao AS day,
        CASE WHEN rtrim(c1_filent) = '' THEN rtrim(c1_filial) ELSE rtrim(c1_filent) END AS branch
    FROM sc1010
    WHERE d_e_l_e_t_ = ' ' AND c1_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT
        c7_emissao AS day,
        CASE WHEN rtrim(c7_filent) = '' THEN rtrim(c7_filial) ELSE rtrim(c7_filent) END AS branch
    FROM sc7010
    WHERE d_e_l_e_t_ = ' ' AND c7_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT
        d1_dtdigit AS day,
        rtrim(d1_filial) AS branch
    FROM sd1010
    WHERE d_e_l_e_t_ = ' ' AND d1_dtdigit BETWEEN :first AND :last
    UNION ALL
    SELECT
        d2_emissao AS day,
        rtrim(d2_filial) AS branch
    FROM sd2010
    WHERE d_e_l_e_t_ = ' ' AND d2_emissao BETWEEN :first AND :last
) AS days
WHERE (:branches = '' OR :branches LIKE '%,' || days.branch || '%')
