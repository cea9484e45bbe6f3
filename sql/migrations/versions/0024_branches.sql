-- Which branch of the ERP a row belongs to. A place under a code that branches share is one of each branch.
SET ROLE nova_owner;

ALTER TABLE staging.erp_items ADD COLUMN branch text;
ALTER TABLE staging.erp_sites ADD COLUMN branch text;
ALTER TABLE staging.erp_suppliers ADD COLUMN branch text;
ALTER TABLE staging.erp_stock_balances ADD COLUMN branch text;
ALTER TABLE staging.erp_requisitions ADD COLUMN branch text;
ALTER TABLE staging.erp_purchase_orders ADD COLUMN branch text;
ALTER TABLE staging.erp_receipts ADD COLUMN branch text;

ALTER TABLE staging.erp_sites DROP CONSTRAINT erp_sites_pkey, ADD PRIMARY KEY (record_id, site_id);

RESET ROLE;
