SET ROLE nova_owner;

ALTER TABLE support.publications ADD COLUMN made_from jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN support.publications.made_from IS 'Versions of what was read outside of the warehouse, such as {"lake.forecasts": 12}';

RESET ROLE;
