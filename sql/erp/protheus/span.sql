-- First and last day that any living row has, among the days that can be.
SELECT
    min(days.day) AS first_day,
    max(days.day) AS last_day
FROM (
    SELECT d3_emissao AS day FROM sd3010 WHERE d_e_l_e_t_ = ' ' AND d3_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT c1_emissao AS day FROM sc1010 WHERE d_e_l_e_t_ = ' ' AND c1_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT c7_emissao AS day FROM sc7010 WHERE d_e_l_e_t_ = ' ' AND c7_emissao BETWEEN :first AND :last
    UNION ALL
    SELECT d1_dtdigit AS day FROM sd1010 WHERE d_e_l_e_t_ = ' ' AND d1_dtdigit BETWEEN :first AND :last
) AS days
