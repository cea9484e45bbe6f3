"""Tables of `core`: dimensions and facts of the company, whatever ERP they came from."""

from nova_assets.registry.model import Column, Grain, Reference, Rule, Table

OWNER = "team:data-engineering"
_LINES = "staging.purchase_lines"
SITE_TYPES = ("tower", "team", "warehouse", "office", "regional", "unknown")

DIM_ITEM = Table(
    schema="core",
    name="dim_item",
    group="core",
    meaning="Materials and services that were ever requested, under their latest name, family and unit.",
    owner=OWNER,
    key=("item_id",),
    columns=(
        Column("item_id", "text", "Item code of the ERP", (f"{_LINES}.item_id",)),
        Column("item_name", "text", "Latest name", (f"{_LINES}.item_name",)),
        Column("family", "text", "Family in which the item was requested most often", (f"{_LINES}.family",)),
        Column("category", "text", "Material or service", (f"{_LINES}.is_service",), allowed=("material", "service")),
        Column("unit", "text", "Unit in which the item was requested most often", (f"{_LINES}.unit",)),
        Column("is_service", "boolean", "A service, not a material", (f"{_LINES}.is_service",)),
        Column("criticality", "text", "Criticality of the item; null where the source has none", nullable=True),
        Column(
            "unit_cost_brl", "numeric(18,4)", "Unit cost; null where the source has none", unit="BRL", nullable=True
        ),
        Column("min_order_qty", "numeric(18,4)", "Minimum order", unit="item's unit", nullable=True, minimum=0),
        Column("order_multiple", "numeric(18,4)", "Order multiple", unit="item's unit", nullable=True, minimum=0),
        Column(
            "active", "boolean", "Requested in the 365 days before the last day of data", (f"{_LINES}.requested_on",)
        ),
        Column("attributes", "jsonb", "Other spellings, and `not_in_source`: columns the source cannot fill"),
    ),
)

DIM_SITE = Table(
    schema="core",
    name="dim_site",
    group="core",
    meaning="Places that material is requested for: towers, teams, warehouses, offices, regional branches.",
    owner=OWNER,
    key=("site_id",),
    columns=(
        Column("site_id", "text", "Site code of the ERP; UNKNOWN where a line names none", (f"{_LINES}.site_id",)),
        Column("site_name", "text", "Name; the code where the source has no name", (f"{_LINES}.site_id",)),
        Column(
            "state", "text", "Brazilian state, read from codes of the form UF + 3 letters + 3 digits", nullable=True
        ),
        Column("region", "text", "Region of Brazil of that state", nullable=True),
        Column("site_type", "text", "Kind of place, by its code", allowed=SITE_TYPES),
        Column("client", "text", "Tower owner; null where the source has none", nullable=True),
    ),
)

DIM_SUPPLIER = Table(
    schema="core",
    name="dim_supplier",
    group="core",
    meaning="Suppliers that were ever bought from.",
    owner=OWNER,
    key=("supplier_id",),
    columns=(
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id",)),
        Column("supplier_name", "text", "Name; the source has no code beside it", (f"{_LINES}.supplier_id",)),
        Column("first_request_on", "date", "First request", (f"{_LINES}.requested_on",)),
        Column("last_request_on", "date", "Latest request", (f"{_LINES}.requested_on",)),
        Column("request_lines", "integer", "Lines requested, services included", (f"{_LINES}.row_number",), minimum=1),
    ),
)

DIM_CALENDAR = Table(
    schema="core",
    name="dim_calendar",
    group="core",
    meaning="Days, weeks from Monday, and the holidays of Brazil and Bahia, to the end of next year.",
    owner=OWNER,
    key=("date",),
    reads=("public.holidays",),
    columns=(
        Column("date", "date", "Day"),
        Column("week", "date", "Monday of the week"),
        Column("month", "date", "First day of the month"),
        Column("year", "smallint", "Year"),
        Column("iso_week", "smallint", "ISO 8601 week number", minimum=1, maximum=53),
        Column("weekday", "smallint", "Day of the week, Monday = 1", minimum=1, maximum=7),
        Column("is_weekend", "boolean", "Saturday or Sunday"),
        Column("is_holiday", "boolean", "Holiday of Brazil or Bahia"),
        Column("holiday_name", "text", "Name of the holiday, in Portuguese", nullable=True),
        Column("is_business_day", "boolean", "Neither weekend nor holiday"),
    ),
)

FACT_PURCHASE_LINES = Table(
    schema="core",
    name="fact_purchase_lines",
    group="core",
    meaning="Lines requested from purchasing, materials and services, with the dates that the source knows.",
    owner=OWNER,
    key=("order_id", "line_no"),
    grain=Grain.DAILY,
    window_column="requested_on",
    references=(
        Reference(("item_id",), "core.dim_item", ("item_id",)),
        Reference(("site_id",), "core.dim_site", ("site_id",)),
        Reference(("supplier_id",), "core.dim_supplier", ("supplier_id",)),
    ),
    rules=(Rule("purchase_lines_reach_core", "Every line kept in staging within the window is here once"),),
    columns=(
        Column("order_id", "text", "Requisition number: the source has no order number", (f"{_LINES}.requisition_id",)),
        Column(
            "line_no", "integer", "Line of the requisition, in the sheet's order", (f"{_LINES}.row_number",), minimum=1
        ),
        Column("item_id", "text", "Item", (f"{_LINES}.item_id",)),
        Column("site_id", "text", "Site", (f"{_LINES}.site_id",)),
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id",)),
        Column("needed_on", "date", "Asked for by the field on", (f"{_LINES}.needed_on",), nullable=True),
        Column("requested_on", "date", "Requested from purchasing on", (f"{_LINES}.requested_on",)),
        Column("ordered_on", "date", "Ordered from the supplier on", (f"{_LINES}.ordered_on",), nullable=True),
        Column("promised_on", "date", "Promised by the supplier; null: not in this source", nullable=True),
        Column("received_on", "date", "Received; null: not in this source", nullable=True),
        Column("ordered_qty", "numeric(18,4)", "Quantity", (f"{_LINES}.quantity",), "item's unit", minimum=0),
        Column("received_qty", "numeric(18,4)", "Quantity received; null: not in this source", nullable=True),
        Column("unit_price_brl", "numeric(18,4)", "Unit price; null: not in this source", unit="BRL", nullable=True),
        Column(
            "after_the_fact",
            "boolean",
            "The purchase came before its request: a regularisation, left out of lead times",
            (f"{_LINES}.requested_on", f"{_LINES}.ordered_on"),
        ),
        Column("is_open", "boolean", "Not ordered yet", (f"{_LINES}.ordered_on", f"{_LINES}.repairs")),
    ),
)

FACT_DEMAND_DAILY = Table(
    schema="core",
    name="fact_demand_daily",
    group="core",
    meaning="Materials demanded per item, site and day. The signal is the request; one made after the purchase counts "
    "on the day of the purchase. Days without demand have no row.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    references=(
        Reference(("item_id",), "core.dim_item", ("item_id",)),
        Reference(("site_id",), "core.dim_site", ("site_id",)),
    ),
    columns=(
        Column("item_id", "text", "Item", (f"{_LINES}.item_id",)),
        Column("site_id", "text", "Site", (f"{_LINES}.site_id",)),
        Column("date", "date", "Day of the demand", (f"{_LINES}.requested_on", f"{_LINES}.ordered_on")),
        Column("demand", "numeric(18,4)", "Quantity demanded", (f"{_LINES}.quantity",), "item's unit", minimum=0),
        Column("request_lines", "integer", "Lines it came in", (f"{_LINES}.row_number",), minimum=1),
        Column("demand_value_brl", "numeric(18,4)", "Value; null: no price in this source", unit="BRL", nullable=True),
    ),
)

FACT_INVENTORY_DAILY = Table(
    schema="core",
    name="fact_inventory_daily",
    group="core",
    meaning="Stock per item, site and day. The purchasing workbook holds no stock, so this table waits for a source.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    columns=(
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Site"),
        Column("date", "date", "Day, at its end"),
        Column("on_hand", "numeric(18,4)", "Stock on hand", unit="item's unit", nullable=True),
        Column("on_order", "numeric(18,4)", "Ordered and not received", unit="item's unit", nullable=True),
        Column("unit_cost_brl", "numeric(18,4)", "Unit cost of the stock", unit="BRL", nullable=True),
    ),
)

TABLES = (
    DIM_ITEM,
    DIM_SITE,
    DIM_SUPPLIER,
    DIM_CALENDAR,
    FACT_PURCHASE_LINES,
    FACT_DEMAND_DAILY,
    FACT_INVENTORY_DAILY,
)
