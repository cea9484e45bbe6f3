SET ROLE nova_owner;

CREATE TABLE staging.workbook_lines (
    row_number integer PRIMARY KEY,
    deposito text,
    produto_servico text,
    material text,
    familia text,
    nome_fornec text,
    quantidade text,
    u_m text,
    data_requisitada text,
    solicitacao text,
    data_solicitado text,
    data_de_compra text
);

CREATE TABLE staging.workbook_sites (
    row_number integer PRIMARY KEY,
    site text,
    id_site text,
    cliente text,
    id_cliente text,
    status_de_alteracao text
);

CREATE TABLE staging.purchase_lines (
    row_number integer PRIMARY KEY,
    status text NOT NULL,
    merged_into integer,
    repairs text[] NOT NULL,
    requisition_id text NOT NULL,
    item_id text NOT NULL,
    item_name text NOT NULL,
    family text NOT NULL,
    unit text NOT NULL,
    is_service boolean NOT NULL,
    site_id text NOT NULL,
    supplier_id text NOT NULL,
    quantity numeric(18, 4) NOT NULL,
    needed_on date,
    requested_on date NOT NULL,
    ordered_on date
);

CREATE TABLE core.dim_item (
    item_id text PRIMARY KEY,
    item_name text NOT NULL,
    family text NOT NULL,
    category text NOT NULL,
    unit text NOT NULL,
    is_service boolean NOT NULL,
    criticality text,
    unit_cost_brl numeric(18, 4),
    min_order_qty numeric(18, 4),
    order_multiple numeric(18, 4),
    active boolean NOT NULL,
    attributes jsonb NOT NULL
);

CREATE TABLE core.dim_site (
    site_id text PRIMARY KEY,
    site_name text NOT NULL,
    state text,
    region text,
    site_type text NOT NULL,
    client text
);

CREATE TABLE core.dim_supplier (
    supplier_id text PRIMARY KEY,
    supplier_name text NOT NULL,
    first_request_on date NOT NULL,
    last_request_on date NOT NULL,
    request_lines integer NOT NULL
);

CREATE TABLE core.dim_calendar (
    date date PRIMARY KEY,
    week date NOT NULL,
    month date NOT NULL,
    year smallint NOT NULL,
    iso_week smallint NOT NULL,
    weekday smallint NOT NULL,
    is_weekend boolean NOT NULL,
    is_holiday boolean NOT NULL,
    holiday_name text,
    is_business_day boolean NOT NULL
);

CREATE TABLE core.fact_demand_daily (
    item_id text NOT NULL,
    site_id text NOT NULL,
    date date NOT NULL,
    demand numeric(18, 4) NOT NULL,
    request_lines integer NOT NULL,
    demand_value_brl numeric(18, 4),
    PRIMARY KEY (item_id, site_id, date)
) PARTITION BY RANGE (date);

CREATE TABLE core.fact_inventory_daily (
    item_id text NOT NULL,
    site_id text NOT NULL,
    date date NOT NULL,
    on_hand numeric(18, 4),
    on_order numeric(18, 4),
    unit_cost_brl numeric(18, 4),
    PRIMARY KEY (item_id, site_id, date)
) PARTITION BY RANGE (date);

CREATE TABLE core.fact_purchase_lines (
    order_id text NOT NULL,
    line_no text NOT NULL,
    item_id text NOT NULL,
    site_id text NOT NULL,
    supplier_id text NOT NULL,
    needed_on date,
    requested_on date NOT NULL,
    ordered_on date,
    promised_on date,
    received_on date,
    ordered_qty numeric(18, 4) NOT NULL,
    received_qty numeric(18, 4),
    unit_price_brl numeric(18, 4),
    after_the_fact boolean NOT NULL,
    is_open boolean NOT NULL,
    PRIMARY KEY (order_id, line_no)
);
CREATE INDEX fact_purchase_lines_requested_on ON core.fact_purchase_lines (requested_on);
CREATE INDEX fact_purchase_lines_item ON core.fact_purchase_lines (item_id, requested_on);

RESET ROLE;
