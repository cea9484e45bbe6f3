-- Places named by purchase lines. The code is all the source says: its shape tells the kind of place, and for codes of
-- the form UF + 3 letters + 3 digits (BAFRD017) the state.
WITH sites AS (
    SELECT DISTINCT site_id
    FROM staging.purchase_lines
),

states (state, region) AS (
    VALUES
    ('AC', 'Norte'), ('AL', 'Nordeste'), ('AM', 'Norte'), ('AP', 'Norte'), ('BA', 'Nordeste'), ('CE', 'Nordeste'),
    ('DF', 'Centro-Oeste'), ('ES', 'Sudeste'), ('GO', 'Centro-Oeste'), ('MA', 'Nordeste'), ('MG', 'Sudeste'),
    ('MS', 'Centro-Oeste'), ('MT', 'Centro-Oeste'), ('PA', 'Norte'), ('PB', 'Nordeste'), ('PE', 'Nordeste'),
    ('PI', 'Nordeste'), ('PR', 'Sul'), ('RJ', 'Sudeste'), ('RN', 'Nordeste'), ('RO', 'Norte'), ('RR', 'Norte'),
    ('RS', 'Sul'), ('SC', 'Sul'), ('SE', 'Nordeste'), ('SP', 'Sudeste'), ('TO', 'Norte')
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
FROM sites
LEFT JOIN states ON sites.site_id ~ '^[A-Z]{5}[0-9]{3}' AND states.state = left(sites.site_id, 2)
