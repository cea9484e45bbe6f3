"""The asset `lake/family_forecasts`: the served forecasts, added up by family and unit of measure."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, table_spec
from nova_assets.forecasting.model_assets import read_demand, read_histories
from nova_assets.forecasting.parameters import ALL_SITES, ENSEMBLE
from nova_assets.forecasting.readings import written
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import FORECASTS
from nova_assets.registry.readings import FAMILY_FORECASTS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

if TYPE_CHECKING:
    import pandas as pd


@dg.multi_asset(
    name="lake__family_forecasts",
    specs=[table_spec(FAMILY_FORECASTS, kinds={"python", "deltalake"}, code=code_version())],
    backfill_policy=SINGLE_RUN,
)
def family_forecasts(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> dg.MaterializeResult:
    """Add up the served forecasts of the run's origins."""
    from nova_assets.forecasting.families import family_rows

    first, last = key_range(context)
    demand = read_demand(warehouse, last)
    groups = demand.drop_duplicates("unique_id").set_index("unique_id")[["family", "unit"]]
    served, now, made = read_served(lake, first, last), datetime.now(UTC), {}
    for history in read_histories(warehouse, first, last):
        of_origin = served[served["origin"] == history.origin]
        if len(of_origin):
            expected = of_origin.pivot(index="item_id", columns="forecast_date", values="forecast_value")
            made[history.origin] = family_rows(history, groups, expected, of_origin["model_version"].iloc[0], now)
    return written(context, lake, FAMILY_FORECASTS, made, first, last)


def read_served(lake: Lake, first: date, last: date) -> "pd.DataFrame":
    """The ensemble's expected demand of each item and week, all sites together.

    Raises:
        LakeTableMissingError: the ensemble was never materialized.
    """
    columns = ["origin", "item_id", "site_id", "model_version", "forecast_date", "forecast_value"]
    rows = lake.read_range(FORECASTS.name, "origin", first, last, within={"model": [ENSEMBLE]}, columns=columns)
    return rows.filter(pc.field("site_id") == ALL_SITES).to_pandas()
