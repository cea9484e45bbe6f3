"""The asset `lake/forecast_explanations`: why each served number is what it is."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, table_spec
from nova_assets.forecasting.model_assets import read_histories
from nova_assets.forecasting.parameters import ALL_SITES, ENSEMBLE
from nova_assets.forecasting.readings import written
from nova_assets.forecasting.version import code_version
from nova_assets.partitions import key_range
from nova_assets.registry.lake import ENSEMBLE_STANDINGS, FORECASTS
from nova_assets.registry.readings import FORECAST_EXPLANATIONS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

if TYPE_CHECKING:
    import pandas as pd

    from nova_assets.forecasting.explanations import Told


@dg.multi_asset(
    name="lake__forecast_explanations",
    specs=[table_spec(FORECAST_EXPLANATIONS, kinds={"python", "deltalake"}, code=code_version())],
    backfill_policy=SINGLE_RUN,
)
def explanations(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> dg.MaterializeResult:
    """Explain the served forecasts of the run's origins; an origin without forecasts has no explanations."""
    from nova_assets.forecasting.explanations import explanation_rows

    first, last = key_range(context)
    profiles, told = read_profiles(warehouse, first, last), read_told(lake, first, last)
    now, made = datetime.now(UTC), {}
    for history in read_histories(warehouse, first, last):
        if history.origin in told:
            of_origin = profiles[profiles["origin"] == history.origin].set_index("item_id")
            made[history.origin] = explanation_rows(history, of_origin, told[history.origin], now)
    return written(context, lake, FORECAST_EXPLANATIONS, made, first, last)


def read_profiles(warehouse: Warehouse, first: date, last: date) -> "pd.DataFrame":
    """Class and days of demand of each item, as known on each origin from `first` to `last`."""
    return warehouse.query_arrow(read_sql("forecasting/profiles.sql"), [first, last]).to_pandas(date_as_object=True)


def read_told(lake: Lake, first: date, last: date) -> "dict[date, Told]":
    """What was served on each origin from `first` to `last`, and by which models.

    Raises:
        LakeTableMissingError: the ensemble was never materialized.
    """
    from nova_assets.forecasting.explanations import Told

    standings = lake.read_range(ENSEMBLE_STANDINGS.name, "origin", first, last).to_pandas()
    chosen = standings[standings["weight"] > 0]
    named = sorted({*chosen["model"], ENSEMBLE})
    columns = ["origin", "item_id", "site_id", "model", "model_version", "forecast_value"]
    rows = lake.read_range(FORECASTS.name, "origin", first, last, within={"model": named}, columns=columns)
    pooled = rows.filter(pc.field("site_id") == ALL_SITES)
    keys = ["origin", "model", "model_version", "item_id"]
    means = pooled.group_by(keys).aggregate([("forecast_value", "mean")]).to_pandas()
    told = {}
    for (origin, version), served in means[means["model"] == ENSEMBLE].groupby(["origin", "model_version"]):
        weights = chosen[chosen["origin"] == origin].set_index("model")["weight"]
        said = means[(means["origin"] == origin) & means["model"].isin(weights.index)]
        members = {str(name): rows.set_index("item_id")["forecast_value_mean"] for name, rows in said.groupby("model")}
        told[origin] = Told(
            served=served.set_index("item_id")["forecast_value_mean"],
            members=members,
            weights={name: float(weights[name]) for name in members},
            version=str(version),
        )
    return told
