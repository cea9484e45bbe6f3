"""Canonical extracts of an ERP read by SQL: one table per extract, the same whatever the system behind it."""

from nova_assets.registry.model import Column, Grain, Table

OWNER = "team:data-engineering"
SYSTEM = "erp.database"
SOURCE = "erp"
MOVEMENT_KINDS = ("issue", "return", "transfer", "adjustment")
_RECORD = Column("record_id", "bigint", "Number of the row in the ERP; negative: of a second table of the extract")
_BRANCH = Column("branch", "text", "Branch that it belongs to; null: shared by all", nullable=True)


def _extract(
    name: str, meaning: str, columns: tuple[Column, ...], day: str | None = None, key: tuple[str, ...] = ()
) -> Table:
    """An extract; one with a `day` is read and replaced by windows of that date. A row of the ERP is one of it, where
    `key` says nothing else."""
    return Table(
        schema="staging",
        name=f"erp_{name}",
        group="erp_extracts",
        meaning=meaning,
        owner=OWNER,
        key=key or ((day, "record_id") if day else ("record_id",)),
        grain=Grain.DAILY if day else Grain.WHOLE,
        window_column=day,
        reads=(SYSTEM,),
        of_source=SOURCE,
        columns=(_RECORD, *columns),
    )


ITEMS = _extract(
    "items",
    "Items of the ERP, materials and services, with what planning needs of them.",
    (
        _BRANCH,
        Column("item_id", "text", "Item code"),
        Column("item_name", "text", "Name"),
        Column("family", "text", "Family; null where the item has no group", nullable=True),
        Column("unit", "text", "Unit of measure"),
        Column("is_service", "boolean", "A service, not a material"),
        Column("criticality", "text", "Criticality", nullable=True, allowed=("H", "M", "L")),
        Column(
            "unit_cost_brl", "numeric(18,4)", "Last price, else standard cost", unit="BRL", nullable=True, minimum=0
        ),
        Column("lead_time_days", "numeric(9,2)", "Planned lead time", unit="days", nullable=True, minimum=0),
        Column("min_order_qty", "numeric(18,4)", "Minimum order", unit="item's unit", nullable=True, minimum=0),
        Column("order_multiple", "numeric(18,4)", "Order multiple", unit="item's unit", nullable=True, minimum=0),
        Column("blocked", "boolean", "Blocked for use"),
        Column("changed_at", "timestamptz", "Last change of the row; null: the ERP does not say", nullable=True),
    ),
)

SITES = _extract(
    "sites",
    "Warehouses of the ERP and the towers they serve; a warehouse under a code that branches share is one of each.",
    (
        _BRANCH,
        Column("site_id", "text", "Site code"),
        Column("site_name", "text", "Name"),
        Column("state", "text", "Brazilian state", nullable=True),
        Column("region", "text", "Region", nullable=True),
        Column("site_type", "text", "Kind of place", allowed=("tower", "team", "warehouse", "regional", "unknown")),
        Column("client", "text", "Tower owner", nullable=True),
    ),
    key=("record_id", "site_id"),
)

SUPPLIERS = _extract(
    "suppliers",
    "Suppliers of the ERP.",
    (
        _BRANCH,
        Column("supplier_id", "text", "Supplier code and store"),
        Column("supplier_name", "text", "Name"),
        Column("blocked", "boolean", "Blocked for use"),
    ),
)

STOCK_BALANCES = _extract(
    "stock_balances",
    "Stock on hand when the ERP was read.",
    (
        _BRANCH,
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Warehouse"),
        Column("on_hand", "numeric(18,4)", "Stock on hand", unit="item's unit"),
        Column("average_cost_brl", "numeric(18,4)", "Average unit cost", unit="BRL", nullable=True, minimum=0),
    ),
)

STOCK_MOVEMENTS = _extract(
    "stock_movements",
    "Movements of stock other than receipts: issues to work, returns, transfers, adjustments.",
    (
        Column("moved_on", "date", "Day of the movement"),
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Warehouse"),
        Column("served_site_id", "text", "Tower that the movement serves", nullable=True),
        Column("kind", "text", "Kind of movement", allowed=MOVEMENT_KINDS),
        Column("quantity", "numeric(18,4)", "Quantity, positive into stock", unit="item's unit"),
        Column("cost_brl", "numeric(18,4)", "Cost of the movement", unit="BRL", nullable=True),
    ),
    day="moved_on",
)

REQUISITIONS = _extract(
    "requisitions",
    "Lines of purchase requisitions.",
    (
        _BRANCH,
        Column("requested_on", "date", "Requested on"),
        Column("requisition_id", "text", "Requisition number"),
        Column("line_no", "text", "Line of the requisition"),
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Tower or warehouse it is for"),
        Column("quantity", "numeric(18,4)", "Quantity", unit="item's unit", minimum=0),
        Column("needed_on", "date", "Needed on", nullable=True),
        Column("order_id", "text", "Order it was entered for, where the requisition says so", nullable=True),
        Column("order_line_no", "text", "Line of that order", nullable=True),
    ),
    day="requested_on",
)

PURCHASE_ORDERS = _extract(
    "purchase_orders",
    "Lines of purchase orders.",
    (
        _BRANCH,
        Column("ordered_on", "date", "Ordered on"),
        Column("order_id", "text", "Order number"),
        Column("line_no", "text", "Line of the order"),
        Column("requisition_id", "text", "Requisition it fulfils", nullable=True),
        Column("requisition_line_no", "text", "Line of that requisition", nullable=True),
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Warehouse it goes to; services have none", nullable=True),
        Column("supplier_id", "text", "Supplier code and store"),
        Column("quantity", "numeric(18,4)", "Quantity", unit="item's unit", minimum=0),
        Column("unit_price_brl", "numeric(18,4)", "Unit price", unit="BRL", nullable=True, minimum=0),
        Column("promised_on", "date", "Promised on", nullable=True),
        Column("cancelled", "boolean", "Its rest was cancelled"),
    ),
    day="ordered_on",
)

RECEIPTS = _extract(
    "receipts",
    "Lines of goods receipts and of transfers from other branches; returns to the supplier are negative.",
    (
        _BRANCH,
        Column("received_on", "date", "Entered on"),
        Column("receipt_id", "text", "Document, series and supplier"),
        Column("line_no", "text", "Line of the document"),
        Column("order_id", "text", "Order it fulfils", nullable=True),
        Column("order_line_no", "text", "Line of that order", nullable=True),
        Column("item_id", "text", "Item"),
        Column("site_id", "text", "Warehouse; services have none", nullable=True),
        Column("supplier_id", "text", "Supplier code and store"),
        Column("quantity", "numeric(18,4)", "Quantity", unit="item's unit"),
        Column("unit_price_brl", "numeric(18,4)", "Unit price", unit="BRL", nullable=True, minimum=0),
    ),
    day="received_on",
)

REJECTED = Table(
    schema="support",
    name="rejected_erp_rows",
    group="erp_extracts",
    meaning="Rows of the ERP that cannot be used, as they were read, with the reason: those that no day can hold, and "
    "those that an extract set apart.",
    owner=OWNER,
    key=("extract", "record_id"),
    reads=(SYSTEM,),
    of_source=SOURCE,
    # Rows that somebody puts right in the ERP leave at once.
    drift=None,
    columns=(
        Column("extract", "text", "Extract that would have had the row"),
        Column("record_id", "bigint", "Number of the row in the ERP"),
        Column("day", "text", "Its day, as the ERP has it", nullable=True),
        Column("reason", "text", "Code of what is wrong"),
        Column("detail", "text", "What was wrong, with the value found"),
        Column("raw", "jsonb", "The row as read"),
    ),
)

WHOLE = (ITEMS, SITES, SUPPLIERS, STOCK_BALANCES)
DAILY = (STOCK_MOVEMENTS, REQUISITIONS, PURCHASE_ORDERS, RECEIPTS)
TABLES = (REJECTED, *WHOLE, *DAILY)
