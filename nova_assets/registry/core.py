"""Tables of `core`: dimensions and facts of the company, whatever source they came from."""

from nova_assets.registry.model import Column, Grain, Reference, Rule, Severity, Table

OWNER = "team:data-engineering"
_LINES = "staging.purchase_lines"
_ITEMS = "staging.erp_items"
_SITES = "staging.erp_sites"
_SUPPLIERS = "staging.erp_suppliers"
_REQUISITIONS = "staging.erp_requisitions"
_ORDERS = "staging.erp_purchase_orders"
_RECEIPTS = "staging.erp_receipts"
_MOVEMENTS = "staging.erp_stock_movements"
_BALANCES = "staging.erp_stock_balances"
_HISTORY = "core.dim_item_history"
SITE_TYPES = ("tower", "team", "warehouse", "office", "regional", "unknown")
UNIT = "item's unit"

_PLANNING = (
    Column(
        "unit_cost_brl",
        "numeric(18,4)",
        "Unit cost; null: not in the source",
        (f"{_ITEMS}.unit_cost_brl",),
        "BRL",
        True,
    ),
    Column(
        "lead_time_days",
        "numeric(9,2)",
        "Lead time planned for the item; null: not in the source",
        (f"{_ITEMS}.lead_time_days",),
        "days",
        True,
        minimum=0,
    ),
    Column("min_order_qty", "numeric(18,4)", "Minimum order", (f"{_ITEMS}.min_order_qty",), UNIT, True, minimum=0),
    Column("order_multiple", "numeric(18,4)", "Order multiple", (f"{_ITEMS}.order_multiple",), UNIT, True, minimum=0),
)
"""What changes the planning of an item: its history is kept."""

DIM_ITEM = Table(
    schema="core",
    name="dim_item",
    group="core",
    meaning="Materials and services: those of the ERP's register, or every one that the workbook ever requested.",
    owner=OWNER,
    key=("item_id",),
    columns=(
        Column("item_id", "text", "Item code of the ERP", (f"{_LINES}.item_id", f"{_ITEMS}.item_id")),
        Column("item_name", "text", "Latest name", (f"{_LINES}.item_name", f"{_ITEMS}.item_name")),
        Column("family", "text", "Family, the usual one", (f"{_LINES}.family", f"{_ITEMS}.family")),
        Column(
            "category",
            "text",
            "Material or service",
            (f"{_LINES}.is_service", f"{_ITEMS}.is_service"),
            allowed=("material", "service"),
        ),
        Column("unit", "text", "Unit, the usual one", (f"{_LINES}.unit", f"{_ITEMS}.unit")),
        Column("is_service", "boolean", "A service", (f"{_LINES}.is_service", f"{_ITEMS}.is_service")),
        Column(
            "criticality", "text", "Criticality; null: not in the source", (f"{_ITEMS}.criticality",), nullable=True
        ),
        *_PLANNING,
        Column(
            "active",
            "boolean",
            "Not blocked, and requested or issued in the 365 days before the last day of data",
            (f"{_LINES}.requested_on", f"{_REQUISITIONS}.requested_on", f"{_MOVEMENTS}.moved_on", f"{_ITEMS}.blocked"),
        ),
        Column("attributes", "jsonb", "Other spellings, and `not_in_source`: columns the source cannot fill"),
    ),
)

DIM_ITEM_HISTORY = Table(
    schema="core",
    name="dim_item_history",
    group="core",
    meaning="What the planning of each item of an ERP went by, and on which days: a slowly changing dimension of "
    "type 2. Kept from reading to reading, for the ERP knows the present only; another source leaves it as it is.",
    owner=OWNER,
    key=("item_id", "valid_from"),
    reads=("core.dim_item",),
    rules=(
        Rule("item_history_has_one_row_per_day", "Every item has one row on each day on which it was in the register"),
        Rule("item_history_ends_in_the_present", "The open rows are what core.dim_item says"),
    ),
    columns=(
        Column("item_id", "text", "Item", (f"{_ITEMS}.item_id",)),
        Column("valid_from", "date", "First day of these values; of an item's first row, the first day of all"),
        Column("valid_to", "date", "First day that had others; null: they still hold", nullable=True),
        Column(
            "ended_by",
            "text",
            "Why they ended: other values, or the item left the register; null: they still hold",
            nullable=True,
            allowed=("change", "removal"),
        ),
        *_PLANNING,
        Column(
            "changed_at",
            "timestamptz",
            "The ERP's stamp of its row when these values were first read; null: the ERP does not say",
            (f"{_ITEMS}.changed_at",),
            nullable=True,
        ),
    ),
)

DIM_SITE = Table(
    schema="core",
    name="dim_site",
    group="core",
    meaning="Places that material is requested for or kept in: towers, teams, warehouses, offices, regional branches.",
    owner=OWNER,
    key=("site_id",),
    columns=(
        Column(
            "site_id",
            "text",
            "Site code of the ERP; UNKNOWN where a line names none",
            (f"{_LINES}.site_id", f"{_SITES}.site_id"),
        ),
        Column("site_name", "text", "Name; the code where the source has no name", (f"{_SITES}.site_name",)),
        Column("state", "text", "Brazilian state", (f"{_SITES}.state",), nullable=True),
        Column("region", "text", "Region", (f"{_SITES}.region",), nullable=True),
        Column("site_type", "text", "Kind of place", (f"{_SITES}.site_type",), allowed=SITE_TYPES),
        Column("client", "text", "Tower owner; null: not in the source", (f"{_SITES}.client",), nullable=True),
    ),
)

DIM_SUPPLIER = Table(
    schema="core",
    name="dim_supplier",
    group="core",
    meaning="Suppliers that were ever bought from. UNKNOWN stands for requests that have none yet.",
    owner=OWNER,
    key=("supplier_id",),
    reads=(_REQUISITIONS,),
    columns=(
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id", f"{_ORDERS}.supplier_id")),
        Column("supplier_name", "text", "Name; the id where the source has none", (f"{_SUPPLIERS}.supplier_name",)),
        Column("first_request_on", "date", "First request", (f"{_LINES}.requested_on", f"{_ORDERS}.ordered_on")),
        Column("last_request_on", "date", "Latest request", (f"{_LINES}.requested_on", f"{_ORDERS}.ordered_on")),
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
    rules=(Rule("purchase_lines_reach_core", "Every line of the workbook within the window is here once"),),
    columns=(
        Column(
            "order_id",
            "text",
            "Order number; SC and the requisition's before it is ordered; the requisition's in the workbook",
            (f"{_LINES}.requisition_id", f"{_ORDERS}.order_id", f"{_REQUISITIONS}.requisition_id"),
        ),
        Column("line_no", "text", "Line of it", (f"{_LINES}.row_number", f"{_ORDERS}.line_no")),
        Column("item_id", "text", "Item", (f"{_LINES}.item_id", f"{_ORDERS}.item_id")),
        Column("site_id", "text", "Site", (f"{_LINES}.site_id", f"{_ORDERS}.site_id")),
        Column("supplier_id", "text", "Supplier", (f"{_LINES}.supplier_id", f"{_ORDERS}.supplier_id")),
        Column("needed_on", "date", "Needed on", (f"{_LINES}.needed_on", f"{_REQUISITIONS}.needed_on"), nullable=True),
        Column(
            "requested_on",
            "date",
            "Requested from purchasing on; ordered on, where there was no requisition",
            (f"{_LINES}.requested_on", f"{_REQUISITIONS}.requested_on"),
        ),
        Column("ordered_on", "date", "Ordered on", (f"{_LINES}.ordered_on", f"{_ORDERS}.ordered_on"), nullable=True),
        Column(
            "promised_on", "date", "Promised on; null: not in the source", (f"{_ORDERS}.promised_on",), nullable=True
        ),
        Column(
            "received_on",
            "date",
            "First receipt; null: none, or not in the source",
            (f"{_RECEIPTS}.received_on",),
            nullable=True,
        ),
        Column(
            "ordered_qty", "numeric(18,4)", "Quantity", (f"{_LINES}.quantity", f"{_ORDERS}.quantity"), UNIT, minimum=0
        ),
        Column("received_qty", "numeric(18,4)", "Quantity received", (f"{_RECEIPTS}.quantity",), UNIT, True),
        Column("unit_price_brl", "numeric(18,4)", "Unit price", (f"{_ORDERS}.unit_price_brl",), "BRL", True),
        Column(
            "after_the_fact",
            "boolean",
            "The purchase came before its request: a regularisation, left out of lead times",
            (f"{_LINES}.ordered_on", f"{_ORDERS}.ordered_on"),
        ),
        Column("is_open", "boolean", "Not ordered yet", (f"{_LINES}.ordered_on", f"{_ORDERS}.requisition_id")),
    ),
)

FACT_DEMAND_DAILY = Table(
    schema="core",
    name="fact_demand_daily",
    group="core",
    meaning="Materials demanded per item, site and day. From an ERP: issues from stock. From the workbook: "
    "requests, one made after the purchase on the day of the purchase. Days without demand have no row.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    day_by_day=True,
    references=(
        Reference(("item_id",), "core.dim_item", ("item_id",)),
        Reference(("site_id",), "core.dim_site", ("site_id",)),
    ),
    columns=(
        Column("item_id", "text", "Item", (f"{_LINES}.item_id", f"{_MOVEMENTS}.item_id")),
        Column("site_id", "text", "Site it was for", (f"{_LINES}.site_id", f"{_MOVEMENTS}.served_site_id")),
        Column("date", "date", "Day of the demand", (f"{_LINES}.requested_on", f"{_MOVEMENTS}.moved_on")),
        Column(
            "demand",
            "numeric(18,4)",
            "Quantity demanded",
            (f"{_LINES}.quantity", f"{_MOVEMENTS}.quantity"),
            UNIT,
            minimum=0,
        ),
        Column("request_lines", "integer", "Lines it came in", (f"{_LINES}.row_number",), minimum=1),
        Column(
            "demand_value_brl",
            "numeric(18,4)",
            "Value; null: no price in the source",
            (f"{_MOVEMENTS}.cost_brl",),
            "BRL",
            True,
        ),
    ),
)

FACT_ISSUES_DAILY = Table(
    schema="core",
    name="fact_issues_daily",
    group="core",
    meaning="What left each stocking place for work, per item and day. The workbook holds no stock: then the table is "
    "empty. Days without issues have no row.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    day_by_day=True,
    references=(
        Reference(("item_id",), "core.dim_item", ("item_id",)),
        Reference(("site_id",), "core.dim_site", ("site_id",)),
    ),
    columns=(
        Column("item_id", "text", "Item", (f"{_MOVEMENTS}.item_id",)),
        Column("site_id", "text", "Place whose stock it was", (f"{_MOVEMENTS}.site_id",)),
        Column("date", "date", "Day of the issue", (f"{_MOVEMENTS}.moved_on",)),
        Column("quantity", "numeric(18,4)", "Quantity issued", (f"{_MOVEMENTS}.quantity",), UNIT, minimum=0),
        Column("issue_lines", "integer", "Lines it left in", (f"{_MOVEMENTS}.record_id",), "lines", minimum=1),
    ),
)

FACT_INVENTORY_DAILY = Table(
    schema="core",
    name="fact_inventory_daily",
    group="core",
    meaning="Stock per item, warehouse and day, reckoned back from the ERP's balances. The workbook holds no "
    "stock: then the table is empty.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    references=(
        Reference(("item_id",), "core.dim_item", ("item_id",)),
        Reference(("site_id",), "core.dim_site", ("site_id",)),
    ),
    columns=(
        Column("item_id", "text", "Item", (f"{_BALANCES}.item_id",)),
        Column("site_id", "text", "Warehouse", (f"{_BALANCES}.site_id",)),
        Column("date", "date", "Day, at its end", (f"{_MOVEMENTS}.moved_on",)),
        Column(
            "on_hand",
            "numeric(18,4)",
            "Stock on hand",
            (f"{_BALANCES}.on_hand", f"{_MOVEMENTS}.quantity", f"{_RECEIPTS}.quantity"),
            UNIT,
            True,
        ),
        Column(
            "on_order",
            "numeric(18,4)",
            "Ordered and not received",
            (f"{_ORDERS}.quantity", f"{_RECEIPTS}.quantity"),
            UNIT,
            True,
        ),
        Column(
            "unit_cost_brl",
            "numeric(18,4)",
            "Unit cost of the stock",
            (f"{_BALANCES}.average_cost_brl", f"{_HISTORY}.unit_cost_brl"),
            "BRL",
            True,
        ),
    ),
)

_FACT = "core.fact_demand_daily"
FACT_DEMAND_ANOMALIES = Table(
    schema="core",
    name="fact_demand_anomalies",
    group="core",
    meaning="Demands whose quantity is far from what the item's earlier ones were, by the modified z-score of its "
    "logarithm (docs/data-quality.md). They are flagged here and stay in fact_demand_daily as they are.",
    owner=OWNER,
    key=("item_id", "site_id", "date"),
    grain=Grain.DAILY,
    window_column="date",
    # What is unusual has no usual number.
    drift=None,
    rules=(Rule("quantities_are_usual", "No quantity is far from the item's earlier ones", Severity.WARN),),
    columns=(
        Column("item_id", "text", "Item", (f"{_FACT}.item_id",)),
        Column("site_id", "text", "Site it was for", (f"{_FACT}.site_id",)),
        Column("date", "date", "Day of the demand", (f"{_FACT}.date",)),
        Column("demand", "numeric(18,4)", "Quantity demanded", (f"{_FACT}.demand",), UNIT, minimum=0),
        Column(
            "usual_demand",
            "double precision",
            "Median of its demands before the day",
            (f"{_FACT}.demand",),
            UNIT,
        ),
        Column("score", "double precision", "Modified z-score; flagged from 3.5 on, either way", (f"{_FACT}.demand",)),
        Column("direction", "text", "Above or below the usual", allowed=("high", "low")),
        Column("history_rows", "integer", "Demands the score was made from", (f"{_FACT}.demand",), "rows", minimum=8),
    ),
)

_PURCHASES = "core.fact_purchase_lines"
FACT_PRICE_ANOMALIES = Table(
    schema="core",
    name="fact_price_anomalies",
    group="core",
    meaning="Purchase lines whose unit price is not above zero, or far from what the item cost before, by the modified "
    "z-score of its logarithm (docs/data-quality.md). The workbook holds no prices: then the table is empty.",
    owner=OWNER,
    key=("order_id", "line_no"),
    grain=Grain.DAILY,
    window_column="requested_on",
    drift=None,
    rules=(Rule("prices_are_usual", "No unit price is far from the item's earlier ones", Severity.WARN),),
    columns=(
        Column("order_id", "text", "Order", (f"{_PURCHASES}.order_id",)),
        Column("line_no", "text", "Line of it", (f"{_PURCHASES}.line_no",)),
        Column("requested_on", "date", "Requested on", (f"{_PURCHASES}.requested_on",)),
        Column("item_id", "text", "Item", (f"{_PURCHASES}.item_id",)),
        Column("supplier_id", "text", "Supplier", (f"{_PURCHASES}.supplier_id",)),
        Column("unit_price_brl", "numeric(18,4)", "Unit price", (f"{_PURCHASES}.unit_price_brl",), "BRL"),
        Column(
            "usual_price_brl",
            "double precision",
            "Median of the item's prices before the day; null: there were none",
            (f"{_PURCHASES}.unit_price_brl",),
            "BRL",
            True,
        ),
        Column(
            "score",
            "double precision",
            "Modified z-score; null: the price is not above zero",
            (f"{_PURCHASES}.unit_price_brl",),
            nullable=True,
        ),
        Column("direction", "text", "What is wrong with it", allowed=("high", "low", "not_positive")),
        Column(
            "history_lines", "integer", "Lines the score was made from", (f"{_PURCHASES}.order_id",), "lines", minimum=0
        ),
    ),
)

DIMENSIONS = (DIM_ITEM, DIM_ITEM_HISTORY, DIM_SITE, DIM_SUPPLIER, DIM_CALENDAR)
TABLES = (
    *DIMENSIONS,
    FACT_PURCHASE_LINES,
    FACT_DEMAND_DAILY,
    FACT_ISSUES_DAILY,
    FACT_INVENTORY_DAILY,
    FACT_DEMAND_ANOMALIES,
    FACT_PRICE_ANOMALIES,
)
