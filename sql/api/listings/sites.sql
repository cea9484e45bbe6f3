-- Places.
SELECT
    site_id,
    site_name,
    state,
    region,
    site_type,
    client
FROM core.dim_site
