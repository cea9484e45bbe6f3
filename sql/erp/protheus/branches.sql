-- Branches: those that keep stock, or that buy. Which tables they share is read from the rows: where a table is shared by
-- all branches, or by those of a company or unit, its X?_FILIAL is blank or the beginning of theirs.
SELECT DISTINCT rtrim(b2_filial) AS branch
FROM sb2010
WHERE d_e_l_e_t_ = ' ' AND rtrim(b2_filial) <> ''
UNION
SELECT DISTINCT rtrim(c7_filial) AS branch
FROM sc7010
WHERE d_e_l_e_t_ = ' ' AND rtrim(c7_filial) <> ''
UNION
SELECT DISTINCT rtrim(c7_filent) AS branch
FROM sc7010
WHERE d_e_l_e_t_ = ' ' AND rtrim(c7_filent) <> ''
