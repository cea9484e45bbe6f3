"""The asset `lake/lead_time_demand`: demand from one order to the next arrival, of every item and weekly origin."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa

from nova_assets import settings
from nova_assets.factories import SINGLE_RUN, column_lineage, table_spec
from nova_assets.forecasting.lead_time.supplier_lead_times import purchase_lines
from nova_assets.forecasting.model_assets import origins_between
from nova_assets.forecasting.parameters import ALL_SITES, ENSEMBLE, SUMMED_QUANTILES
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import SUMMED_DEMAND
from nova_assets.registry.lead_times import LEAD_TIME_DEMAND, SUPPLIER_LEAD_TIMES
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

if TYPE_CHECKING:
    import pandas as pd

NAME = "mixture_over_lead_times"

NOTICEABLE_SHARE = 0.01
"""Of an item's durations: from here on its upper quantiles rest on demand that was extrapolated."""


@dg.multi_asset(
    name="lake__lead_time_demand",
    specs=[table_spec(LEAD_TIME_DEMAND, kinds={"python", "deltalake"}, code=code_version())],
    backfill_policy=SINGLE_RUN,
)
def lead_time_demand(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> dg.MaterializeResult:
    """Sum demand over the lead time of each item on the run's origins; each origin is replaced by itself.

    An origin at a time is in memory: with a hundred quantiles per item a range of them would not fit.
    """
    first, last = key_range(context)
    lines, now, total, version = purchase_lines(warehouse, last), datetime.now(UTC), 0, 0
    for origin in origins_between(first, last):
        rows = origin_rows(origin, lake, lines, settings.review_period_days(), now)
        version = lake.write_range(LEAD_TIME_DEMAND.name, rows, "origin", origin, origin)
        context.add_asset_metadata(
            {"dagster/partition_row_count": rows.num_rows, **_said(rows)}, partition_key=origin.isoformat()
        )
        total += rows.num_rows
    context.add_asset_metadata(
        {"dagster/column_lineage": column_lineage(LEAD_TIME_DEMAND)}, partition_key=context.partition_key_range.end
    )
    return dg.MaterializeResult(metadata={"dagster/row_count": total, "lake_version": version})


def origin_rows(origin: date, lake: Lake, lines: "pd.DataFrame", review_days: int, now: datetime) -> pa.Table:
    """The rows of one origin; none where demand or lead times have none.

    Raises:
        LakeTableMissingError: when the lake has no summed demand or no lead times at all.
        IncompleteSummedDemandError: when an item lacks the demand of some number of weeks.
    """
    from nova_assets.forecasting.lead_time.demand import Protection
    from nova_assets.forecasting.lead_time.durations import durations_for, spread_over
    from nova_assets.forecasting.lead_time.rows import DEMAND_SCHEMA, demand_rows, summed_demand_of, suppliers_of
    from nova_assets.forecasting.lead_time.sources import sources_of
    from nova_assets.forecasting.version import version_of

    columns = ["item_id", "weeks", "forecast_value", *SUMMED_QUANTILES, "model_version"]
    served = {"model": [ENSEMBLE], "site_id": [ALL_SITES]}
    demanded = lake.read_range(SUMMED_DEMAND.name, "origin", origin, origin, served, columns)
    known = lake.read_range(SUPPLIER_LEAD_TIMES.name, "origin", origin, origin)
    if not demanded.num_rows or not known.num_rows:
        return DEMAND_SCHEMA.empty_table()
    items, summed = summed_demand_of(demanded)
    suppliers, lead_times = suppliers_of(known)
    sources = sources_of(items, suppliers, lines, origin)
    durations = spread_over(durations_for(summed.weeks, review_days), lead_times, sources.shares)
    demand = Protection(durations, review_days).demand(summed)
    return demand_rows(
        items,
        suppliers,
        sources,
        durations,
        demand,
        origin=origin,
        basis=known["basis"][0].as_py(),
        review_period_days=review_days,
        model_version=version_of(NAME, parameters(review_days), _digest(demanded, known, sources.digest)),
        generated_at=now,
    )


def parameters(review_days: int) -> Mapping[str, float]:
    """All that was chosen by hand."""
    from nova_assets.forecasting.lead_time.durations import LONGEST_DAYS, STEP
    from nova_assets.forecasting.lead_time.sources import LATEST_WEEKS, PRIOR_LINES

    return {
        "review_days": review_days,
        "longest_days": LONGEST_DAYS,
        "step": STEP,
        "latest_weeks": LATEST_WEEKS,
        "prior_lines": PRIOR_LINES,
    }


def _digest(demanded: pa.Table, known: pa.Table, sources: str) -> str:
    from nova_assets.forecasting.version import short_digest

    versions = {version for table in (demanded, known) for version in table["model_version"].unique().to_pylist()}
    return short_digest(" ".join([*sorted(versions), sources]))


def _said(rows: pa.Table) -> dict[str, Any]:
    """How far durations reach beyond the demand that is forecast, and whose suppliers are not known."""
    if not rows.num_rows:
        return {}
    beyond, mean_days = rows["beyond_share"].to_numpy(), rows["lead_time_mean_days"].to_numpy()
    return {
        "basis": rows["basis"][0].as_py(),
        "items_without_supplier": rows["supplier_id"].null_count,
        "items_beyond_forecast": int((beyond > NOTICEABLE_SHARE).sum()),
        "mean_beyond_share": float(beyond.mean()),
        "mean_lead_time_days": float(mean_days.mean()),
    }
