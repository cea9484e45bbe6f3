"""The asset `lake/supplier_lead_times`: how many days each supplier takes, as known on every weekly origin."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import SINGLE_RUN, column_lineage, table_spec
from nova_assets.forecasting.model_assets import origins_between
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lead_times import SUPPLIER_LEAD_TIMES
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

MOST_QUIET_DAYS = 28
"""Where nothing was entered for longer, the data do not reach the origin: all that is open would look late."""


@dg.multi_asset(
    name="lake__supplier_lead_times",
    specs=[table_spec(SUPPLIER_LEAD_TIMES, kinds={"python", "deltalake"}, code=code_version())],
    backfill_policy=SINGLE_RUN,
)
def supplier_lead_times(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> dg.MaterializeResult:
    """Estimate each supplier's lead time on the run's origins; one run replaces exactly its origins in the lake."""
    from nova_assets.forecasting.lead_time.rows import SUPPLIERS_SCHEMA

    first, last = key_range(context)
    lines, now = purchase_lines(warehouse, last), datetime.now(UTC)
    made = [SUPPLIERS_SCHEMA.empty_table()]
    for origin in origins_between(first, last):
        rows, said = _estimated(origin, lines, now)
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows.num_rows, **said}, partition_key=origin.isoformat()
        )
        made.append(rows)
    rows = pa.concat_tables(made)
    version = lake.write_range(SUPPLIER_LEAD_TIMES.name, rows, "origin", first, last)
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(SUPPLIER_LEAD_TIMES)}, partition_key=context.partition_key_range.end
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows.num_rows,
            "lake_version": version,
            "data_versions": {
                relation: warehouse.data_version(relation) or 0 for relation in SUPPLIER_LEAD_TIMES.upstream
            },
        }
    )


def purchase_lines(warehouse: Warehouse, last: date) -> "pd.DataFrame":
    """The lines of materials requested before an origin, with all that is known of them today."""
    lines = warehouse.query_arrow(read_sql("forecasting/purchase_lines.sql"), [last])
    return lines.to_pandas(date_as_object=False)


def _estimated(origin: date, lines: "pd.DataFrame", now: datetime) -> tuple[pa.Table, dict[str, Any]]:
    """The rows of an origin, and what to say of them: none where the data do not reach it or lines are too few."""
    from nova_assets.forecasting.lead_time.rows import SUPPLIERS_SCHEMA, supplier_rows
    from nova_assets.forecasting.lead_time.suppliers import NAME, PARAMETERS, TooFewLinesError, estimate
    from nova_assets.forecasting.lead_time.waits import Waits
    from nova_assets.forecasting.version import version_of

    waits = Waits.known_on(origin, lines)
    if waits.quiet_days > MOST_QUIET_DAYS:
        return SUPPLIERS_SCHEMA.empty_table(), {"no_estimate": f"nothing was entered for {waits.quiet_days} days"}
    try:
        found = estimate(waits)
    except TooFewLinesError as error:
        return SUPPLIERS_SCHEMA.empty_table(), {"no_estimate": str(error)}
    rows = supplier_rows(origin, waits, found, version_of(NAME, PARAMETERS, waits.digest), now)
    portfolio = rows.slice(rows.num_rows - 1).to_pylist()[0]
    said = {name: portfolio[name] for name in ("basis", "lines", "open_lines", "excluded_lines")}
    days = {name: round(portfolio[name], 1) for name in ("p50_days", "p90_days", "p95_days")}
    return rows, {**said, **days, "suppliers": rows.num_rows - 1, "never_finished_share": found.never_share}
