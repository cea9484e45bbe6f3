"""Forecasts of one origin: the served model of each item and the benchmarks, as rows of the lake's table."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.protocol import Prediction
from nova_assets.forecasting.parameters import ALL_SITES, HORIZON_WEEKS, QUANTILES
from nova_assets.forecasting.policy import BENCHMARKS, policy_classes, served_models
from nova_assets.forecasting.version import model_version

SCHEMA = pa.schema(
    [
        ("item_id", pa.string()),
        ("site_id", pa.string()),
        ("origin", pa.date32()),
        ("forecast_date", pa.date32()),
        ("model", pa.string()),
        ("forecast_value", pa.float64()),
        *((name, pa.float64()) for name in QUANTILES),
        ("served", pa.bool_()),
        ("model_version", pa.string()),
        ("generated_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""The lake's table `forecasts`: one row per origin, item, model and week ahead; quantities in the item's unit."""


class MissingProfilesError(ValueError):
    """Items with demand before an origin have no demand profile on it."""


@dataclass(frozen=True)
class OriginForecast:
    """What one origin gave.

    Attributes:
        history: what the forecasts were made from.
        rows: Arrow table with the columns of `SCHEMA`.
        classes: policy class of each item (index).
        seconds: model → seconds it took.
    """

    history: History
    rows: pa.Table
    classes: pd.Series
    seconds: Mapping[str, float]

    @property
    def items_per_class(self) -> dict[str, int]:
        """Policy class → items."""
        return {str(name): int(items) for name, items in self.classes.value_counts().items()}

    @property
    def items_per_served_model(self) -> dict[str, int]:
        """Model → items it is served for."""
        return {str(name): int(items) for name, items in served_models(self.classes).value_counts().items()}

    def first_week_of(self, items: Sequence[str]) -> pa.Table:
        """The served rows of `items` for the week of the origin."""
        of_week = pc.field("forecast_date") == self.history.origin
        return self.rows.filter(of_week & pc.field("served") & pc.field("item_id").isin(pa.array(items, pa.string())))


def forecast_origin(history: History, profiles: pd.DataFrame, engine: Engine, now: datetime) -> OriginForecast:
    """Forecasts every item of `history` for `HORIZON_WEEKS` weeks from its origin on.

    An origin that the data do not reach yet has no forecast: the latest one they reach is the one to look at, and the
    rows of an earlier, longer source are replaced by none.

    Args:
        history: demand before the origin.
        profiles: of that origin; columns `item_id, demand_class, weeks_observed, weeks_with_demand`.
        engine: where estimators run.
        now: instant written as `generated_at`.

    Raises:
        MissingProfilesError: when an item of the history has no profile.
        PolicyError: when a demand class has no rule.
    """
    if history.weeks_missing:
        return OriginForecast(history, SCHEMA.empty_table(), pd.Series(dtype="object"), {})
    classes = policy_classes(_profiles_of(history, profiles))
    served = served_models(classes)
    tables, seconds = [], {}
    for name in (model for model in MODELS if model in {*BENCHMARKS, *served}):
        items = history.items if name in BENCHMARKS else served.index[served == name]
        if items.empty:
            continue
        started = time.perf_counter()
        prediction = MODELS[name].predict(history, items, HORIZON_WEEKS, engine)
        seconds[name] = time.perf_counter() - started
        is_served = (served.loc[items] == name).to_numpy()
        tables.append(_rows(name, history, items, prediction, is_served, now))
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    return OriginForecast(history, rows, classes, seconds)


def _profiles_of(history: History, profiles: pd.DataFrame) -> pd.DataFrame:
    indexed = profiles.set_index("item_id")
    missing = history.items.difference(indexed.index)
    if len(missing):
        raise MissingProfilesError(
            f"{len(missing)} items with demand before {history.origin} have no row in "
            f"analytics.features_demand_profile for that origin (first: {missing[0]}). Materialize "
            f"analytics/features_demand_profile for {history.origin} first."
        )
    return indexed.loc[history.items]


def _rows(
    model: str, history: History, items: pd.Index, prediction: Prediction, served: np.ndarray, now: datetime
) -> pa.Table:
    count = prediction.mean.size
    weeks = np.datetime64(history.origin) + WEEK * np.arange(HORIZON_WEEKS)
    columns = {
        "item_id": np.repeat(items.to_numpy(dtype=object), HORIZON_WEEKS),
        "site_id": pa.repeat(pa.scalar(ALL_SITES), count),
        "origin": pa.repeat(pa.scalar(history.origin, pa.date32()), count),
        "forecast_date": np.tile(weeks.astype("datetime64[D]"), len(items)),
        "model": pa.repeat(pa.scalar(model), count),
        "forecast_value": prediction.mean.reshape(-1),
        **{name: prediction.quantiles[:, :, position].reshape(-1) for position, name in enumerate(QUANTILES)},
        "served": np.repeat(served, HORIZON_WEEKS),
        "model_version": pa.repeat(pa.scalar(model_version(MODELS[model], history)), count),
        "generated_at": pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), count),
    }
    return pa.table(columns, schema=SCHEMA)
