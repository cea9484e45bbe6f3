-- Sites and suppliers whose lines needed a repair most often, of those with ten lines or more. Spellings are left out:
-- nearly every line has one.
WITH repaired AS (
    SELECT
        site_id,
        supplier_id,
        ARRAY(
            SELECT code FROM unnest(repairs) AS code
            WHERE code NOT IN ('blanks', 'empty_words', 'text_date', 'text_number', 'unit_spelling')
        ) AS repairs,
        status = 'merged' AS is_merged
    FROM staging.purchase_lines
),

lines AS (
    SELECT
        'site' AS kind,
        site_id AS name,
        repairs,
        is_merged
    FROM repaired
    UNION ALL
    SELECT
        'supplier' AS kind,
        supplier_id AS name,
        repairs,
        is_merged
    FROM repaired
),

counted AS (
    SELECT
        kind,
        name,
        count(*) AS lines,
        count(*) FILTER (WHERE cardinality(repairs) > 0) AS repaired,
        count(*) FILTER (WHERE is_merged) AS merged,
        count(*) FILTER (WHERE cardinality(repairs) > 0 OR is_merged) AS touched,
        mode() WITHIN GROUP (ORDER BY coalesce(repairs[1], CASE WHEN is_merged THEN 'material_repeated' END)) AS main_rule
    FROM lines
    GROUP BY kind, name
    HAVING count(*) >= 10
),

ranked AS (
    SELECT
        *,
        touched::double precision / lines AS share,
        row_number() OVER (PARTITION BY kind ORDER BY touched DESC, name) AS place
    FROM counted
    WHERE touched > 0
)

SELECT
    kind,
    name,
    lines,
    repaired,
    merged,
    share,
    main_rule
FROM ranked
WHERE place <= 5
ORDER BY kind, place
