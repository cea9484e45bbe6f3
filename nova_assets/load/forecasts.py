"""Loads the served forecasts, and those seen beside them, into PostgreSQL after their checks: weeks, and sums."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.catalogue import CATALOGUE
from nova_assets.forecasting.parameters import ALL_SITES, ENSEMBLE, QUANTILES
from nova_assets.load.from_lake import as_they_are, loaded_asset
from nova_assets.registry import analytics, lake
from nova_assets.registry.analytics import FACT_FORECASTS
from nova_assets.resources.lake_snapshot import LakeSnapshot

LOADED = (ENSEMBLE, "historic_average", "present_formula")
"""Of our own models, the served one, and those that planners see it compared with; all others stay in the lake."""


def loaded_models(snapshot: LakeSnapshot) -> dict[str, list[str]]:
    """The models to load: `LOADED`, and all that others wrote into the lake."""
    theirs = set(snapshot.values_of("model")) - {ENSEMBLE, *CATALOGUE}
    return {"model": sorted({*LOADED, *theirs})}


def rows_from_lake(forecasts: pa.Table) -> pa.Table:
    """The lake's rows with the quantiles folded into the JSON column `confidence_interval`, and which are served.

    What others say of an item that has no served forecast on the origin stays in the lake.
    """
    forecasts = _of_served_items(forecasts)
    parts: list[Any] = []
    for name in QUANTILES:
        parts += [f'{"," if parts else "{"}"{name}":', pc.cast(forecasts[name], pa.string())]
    interval = pc.call_function("binary_join_element_wise", [*parts, "}", ""])
    served = pc.call_function("equal", [forecasts["model"], pa.scalar(ENSEMBLE)])
    rows = forecasts.append_column("confidence_interval", interval).append_column("served", served)
    return rows.select(FACT_FORECASTS.column_names)


def _of_served_items(forecasts: pa.Table) -> pa.Table:
    ours = pc.field("model").isin([ENSEMBLE, *CATALOGUE])
    theirs = forecasts.filter(~ours)
    if not theirs.num_rows:
        return forecasts
    served = forecasts.filter(pc.field("model") == ENSEMBLE).select(["origin", "item_id"])
    beside = theirs.join(served, ["origin", "item_id"], join_type="left semi")
    return pa.concat_tables([forecasts.filter(ours), beside.select(forecasts.column_names)])


fact_forecasts = loaded_asset(lake.FORECASTS, FACT_FORECASTS, rows_from_lake, loaded_models)


def served(snapshot: LakeSnapshot) -> dict[str, list[str]]:
    """What is served of the demand of several weeks together."""
    return {"model": [ENSEMBLE], "site_id": [ALL_SITES]}


summed_demand = loaded_asset(lake.SUMMED_DEMAND, analytics.SUMMED_DEMAND, as_they_are, served)
