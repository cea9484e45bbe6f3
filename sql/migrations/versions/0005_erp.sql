-- Canonical extracts of an ERP that is read by SQL: one table per extract, whatever the system's own names.
SET ROLE nova_owner;

CREATE TABLE staging.erp_items (
    record_id bigint PRIMARY KEY,
    item_id text NOT NULL,
    item_name text NOT NULL,
    family text,
    unit text NOT NULL,
    is_service boolean NOT NULL,
    criticality text,
    unit_cost_brl numeric(18, 4),
    min_order_qty numeric(18, 4),
    order_multiple numeric(18, 4),
    blocked boolean NOT NULL
);

CREATE TABLE staging.erp_sites (
    record_id bigint PRIMARY KEY,
    site_id text NOT NULL,
    site_name text NOT NULL,
    state text,
    region text,
    site_type text NOT NULL,
    client text
);

CREATE TABLE staging.erp_suppliers (
    record_id bigint PRIMARY KEY,
    supplier_id text NOT NULL,
    supplier_name text NOT NULL,
    blocked boolean NOT NULL
);

CREATE TABLE staging.erp_stock_balances (
    record_id bigint PRIMARY KEY,
    item_id text NOT NULL,
    site_id text NOT NULL,
    on_hand numeric(18, 4) NOT NULL,
    average_cost_brl numeric(18, 4)
);

CREATE TABLE staging.erp_stock_movements (
    record_id bigint NOT NULL,
    moved_on date NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    served_site_id text,
    kind text NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    cost_brl numeric(18, 4),
    PRIMARY KEY (moved_on, record_id)
) PARTITION BY RANGE (moved_on);

CREATE TABLE staging.erp_requisitions (
    record_id bigint NOT NULL,
    requested_on date NOT NULL,
    requisition_id text NOT NULL,
    line_no text NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    needed_on date,
    order_id text,
    order_line_no text,
    PRIMARY KEY (requested_on, record_id)
);

CREATE TABLE staging.erp_purchase_orders (
    record_id bigint NOT NULL,
    ordered_on date NOT NULL,
    order_id text NOT NULL,
    line_no text NOT NULL,
    requisition_id text,
    requisition_line_no text,
    item_id text NOT NULL,
    site_id text,
    supplier_id text NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    unit_price_brl numeric(18, 4),
    promised_on date,
    cancelled boolean NOT NULL,
    PRIMARY KEY (ordered_on, record_id)
);

CREATE TABLE staging.erp_receipts (
    record_id bigint NOT NULL,
    received_on date NOT NULL,
    receipt_id text NOT NULL,
    line_no text NOT NULL,
    order_id text,
    order_line_no text,
    item_id text NOT NULL,
    site_id text,
    supplier_id text NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    unit_price_brl numeric(18, 4),
    PRIMARY KEY (received_on, record_id)
);

CREATE TABLE support.rejected_erp_rows (
    extract text NOT NULL,
    record_id bigint NOT NULL,
    day text,
    reason text NOT NULL,
    detail text NOT NULL,
    raw jsonb NOT NULL,
    PRIMARY KEY (extract, record_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON support.rejected_erp_rows TO nova_pipeline;
GRANT SELECT ON support.rejected_erp_rows TO nova_api_ro, nova_api_rw;

RESET ROLE;
