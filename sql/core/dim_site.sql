-- Places of the source in use. The workbook says no more than the code: its shape tells the kind of place, and for codes
-- of the form UF + 3 letters + 3 digits (BAFRD017) the state. An ERP has a register of them.
WITH states (state, region) AS (
    VALUES
    ('AC', 'Norte'), ('AL', 'Nordeste'), ('AM', 'Norte'), ('AP', 'Norte'), ('BA', 'Nordeste'), ('CE', 'Nordeste'),
    ('DF', 'Centro-Oeste'), ('ES', 'Sudeste'), ('GO', 'Centro-Oeste'), ('MA', 'Nordeste'), ('MG', 'Sudeste'),
    ('MS', 'Centro-Oeste'), ('MT', 'Centro-Oeste'), ('PA', 'Norte'), ('PB', 'Nordeste'), ('PE', 'Nordeste'),
    ('PI', 'Nordeste'), ('PR', 'Sul'), ('RJ', 'Sudeste'), ('RN', 'Nordeste'), ('RO', 'Norte'), ('RR', 'Norte'),
    ('RS', 'Sul'), ('SC', 'Sul'), ('SE', 'Nordeste'), ('SP', 'Sudeste'), ('TO', 'Norte')
),

workbook_sites AS (
    SELECT DISTINCT site_id
    FROM staging.purchase_lines
),

erp_sites AS (
    SELECT DISTINCT ON (site_id)
        site_id,
        site_name,
        state,
        region,
        site_type,
        client
    FROM staging.erp_sites
    ORDER BY site_id, record_id DESC
)

SELECT
    sites.site_id,
    sites.site_id AS site_name,
    states.state,
    states.region,
    CASE
        WHEN sites.site_id = 'UNKNOWN' THEN 'unknown'
        WHEN sites.site_id ~ '^EQUIPE' THEN 'team'
        WHEN sites.site_id ~ '^ALMOX' THEN 'warehouse'
        WHEN sites.site_id ~ '^ESCRIT' THEN 'office'
        WHEN sites.site_id ~ '^GER[A-Z]{2}$' THEN 'regional'
        ELSE 'tower'
    END AS site_type,
    NULL::text AS client
FROM workbook_sites AS sites
LEFT JOIN states ON sites.site_id ~ '^[A-Z]{5}[0-9]{3}' AND states.state = left(sites.site_id, 2)
UNION ALL
SELECT
    erp_sites.site_id,
    erp_sites.site_name,
    states.state,
    coalesce(erp_sites.region, states.region) AS region,
    erp_sites.site_type,
    erp_sites.client
FROM erp_sites
LEFT JOIN states ON erp_sites.state = states.state
UNION ALL
-- Lines of an ERP that name no place, or one that was deleted from its register, still happened somewhere.
SELECT
    'UNKNOWN' AS site_id,
    'UNKNOWN' AS site_name,
    NULL AS state,
    NULL AS region,
    'unknown' AS site_type,
    NULL AS client
WHERE EXISTS (SELECT FROM erp_sites)
