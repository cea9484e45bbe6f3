"""The table of data quality: what every publication counted and checked, for the page of the asset and for the API."""

from nova_assets.registry import analytics, core, external, kpis, staging
from nova_assets.registry.erp import REJECTED as REJECTED_ERP_ROWS
from nova_assets.registry.model import Column, Table

_READ = (
    staging.PURCHASE_LINES,
    staging.REJECTED_ROWS,
    REJECTED_ERP_ROWS,
    *core.TABLES,
    external.FACT_EXTERNAL_DAILY,
    *analytics.TABLES,
    *kpis.TABLES,
)

DATA_QUALITY = Table(
    schema="analytics",
    name="data_quality",
    group="quality",
    meaning="One row per table, publication and check of the last 90 days, and each table's latest: what was found, "
    "how many rows there were, how many are set apart or flagged. The page of it is in the asset's latest metadata.",
    owner="team:data-engineering",
    key=("publication_id", "check_name"),
    reads=tuple(table.relation for table in _READ),
    # It grows with every run, and forgets what is older than 90 days.
    drift=None,
    columns=(
        Column("publication_id", "bigint", "Number of the publication in support.publications"),
        Column("dataset", "text", "Table, as schema.table"),
        Column("check_name", "text", "Check; `published` stands for a table without one"),
        Column("severity", "text", "What a failure does", allowed=("error", "warn")),
        Column("status", "text", "What came of the check", allowed=("passed", "warned", "refused")),
        Column("offending_rows", "bigint", "Rows that broke it", unit="rows", minimum=0),
        Column("published_at", "timestamptz", "When the rows were published, or refused"),
        Column("run_id", "text", "Run of Dagster", nullable=True),
        Column("is_latest", "boolean", "The table's latest publication that was not refused"),
        Column("first_day", "date", "First day that was replaced; null: all rows", nullable=True),
        Column("last_day", "date", "Last day that was replaced; null: all rows", nullable=True),
        Column("rows", "bigint", "New rows", unit="rows", minimum=0),
        Column("former_rows", "bigint", "Rows they replaced; null for views", unit="rows", nullable=True, minimum=0),
        Column(
            "row_count_change_share",
            "double precision",
            "Growth over the former rows; null: there were none",
            nullable=True,
            minimum=-1,
        ),
        Column(
            "null_share",
            "double precision",
            "Share of empty cells in the columns that may be empty; null: there are none",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        Column(
            "rejected_rows",
            "bigint",
            "Rows set apart now, of an extract's latest publication",
            ("support.rejected_rows.reason", "support.rejected_erp_rows.reason"),
            "rows",
            True,
        ),
        Column(
            "merged_rows", "bigint", "Rows merged into equal ones now", ("staging.purchase_lines.status",), "rows", True
        ),
        Column(
            "flagged_rows",
            "bigint",
            "Rows flagged as unusual now",
            ("core.fact_demand_anomalies.score", "core.fact_price_anomalies.score"),
            "rows",
            True,
        ),
        Column("age_days", "double precision", "Time since then", unit="days", minimum=0, volatile=True),
    ),
)

TABLES = (DATA_QUALITY,)
