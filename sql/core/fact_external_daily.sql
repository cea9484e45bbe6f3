-- One value per source, series, region and day. Where Open-Meteo's archive has not come yet, its forecast stands in.
WITH readings AS (
    SELECT
        'bcb_sgs' AS source,
        *
    FROM staging.external_bcb_sgs
    UNION ALL
    SELECT
        'bcb_ptax' AS source,
        *
    FROM staging.external_bcb_ptax
    UNION ALL
    SELECT
        'ibge_sidra' AS source,
        *
    FROM staging.external_ibge_sidra
    UNION ALL
    SELECT
        'open_meteo' AS source,
        *
    FROM staging.external_open_meteo_archive
    UNION ALL
    SELECT
        'open_meteo' AS source,
        *
    FROM staging.external_open_meteo_forecast
    UNION ALL
    SELECT
        'inmet' AS source,
        *
    FROM staging.external_inmet_stations
)

SELECT DISTINCT ON (source, series, region, date)
    source,
    series,
    region,
    date,
    value,
    unit,
    quality,
    fetched_at
FROM readings
WHERE date BETWEEN %(first)s AND %(last)s
ORDER BY
    source, series, region, date,
    CASE quality WHEN 'observed' THEN 1 WHEN 'forecast' THEN 2 ELSE 3 END,
    fetched_at DESC
