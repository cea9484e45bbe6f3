"""Forecasts as rows of the lake's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.history import WEEK
from nova_assets.forecasting.models.protocol import Fitted
from nova_assets.forecasting.parameters import ALL_SITES, HORIZON_WEEKS, QUANTILES, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.registry.lake import FORECASTS, SUMMED_DEMAND
from nova_assets.resources.lake_schema import arrow_schema

FORECASTS_SCHEMA = arrow_schema(FORECASTS)
SUMMED_SCHEMA = arrow_schema(SUMMED_DEMAND)

WEEKLY_LEVELS = np.array(tuple(QUANTILES.values()))
SUMMED_LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))


@dataclass(frozen=True)
class Figures:
    """What a model says of some items.

    Attributes:
        weekly: (items, `HORIZON_WEEKS`, 1 + weekly quantiles): the mean, then the quantiles, of each week.
        summed: (items, `SUMMED_WEEKS`, 1 + quantiles of sums): the same of the next weeks together.
        sites: site of each of `items`, which may repeat then; None: all sites together.
    """

    items: pd.Index
    weekly: Floats
    summed: Floats
    sites: np.ndarray | None = None

    @classmethod
    def of(cls, fitted: Fitted) -> Figures:
        """All that the lake's tables hold of a fitted model.

        Raises:
            CannotForecastError: see `Fitted.demand`.
        """
        weeks = range(1 if fitted.steady else HORIZON_WEEKS)
        weekly = np.stack([_figures(fitted, week, 1, WEEKLY_LEVELS) for week in weeks], axis=1)
        summed = np.stack([_figures(fitted, 0, weeks, SUMMED_LEVELS) for weeks in SUMMED_WEEKS], axis=1)
        return cls(fitted.items, np.broadcast_to(weekly, (len(weekly), HORIZON_WEEKS, weekly.shape[2])), summed)


def _figures(fitted: Fitted, first: int, weeks: int, levels: Floats) -> Floats:
    said = fitted.demand(first, weeks, levels)
    return np.column_stack([said.mean, said.quantiles])


@dataclass(frozen=True)
class Made:
    """Who made the figures of an origin, from what, when, and how long it took."""

    origin: date
    model: str
    model_version: str
    run_seconds: float
    generated_at: datetime


def forecast_rows(figures: Figures, made: Made) -> pa.Table:
    """Rows of the lake's table `forecasts`."""
    weeks = (np.datetime64(made.origin) + WEEK * np.arange(HORIZON_WEEKS)).astype("datetime64[D]")
    return _rows(FORECASTS_SCHEMA, figures, figures.weekly, {"forecast_date": weeks}, tuple(QUANTILES), made)


def summed_rows(figures: Figures, made: Made) -> pa.Table:
    """Rows of the lake's table `summed_demand`."""
    weeks = np.array(SUMMED_WEEKS, dtype=np.int32)
    return _rows(SUMMED_SCHEMA, figures, figures.summed, {"weeks": weeks}, tuple(SUMMED_QUANTILES), made)


def _rows(
    schema: pa.Schema,
    figures: Figures,
    values: Floats,
    step: Mapping[str, np.ndarray],
    quantiles: tuple[str, ...],
    made: Made,
) -> pa.Table:
    steps, count = values.shape[1], values.shape[0] * values.shape[1]
    sites = np.full(len(figures.items), ALL_SITES) if figures.sites is None else figures.sites
    columns = {
        "item_id": pa.array(np.repeat(figures.items.to_numpy(dtype=object), steps), pa.string()),
        "site_id": pa.array(np.repeat(sites.astype(object), steps), pa.string()),
        **{name: np.tile(of_step, len(figures.items)) for name, of_step in step.items()},
        **{name: values[:, :, position].reshape(-1) for position, name in enumerate(("forecast_value", *quantiles))},
        "origin": pa.repeat(pa.scalar(made.origin, pa.date32()), count),
        "model": pa.repeat(pa.scalar(made.model), count),
        "model_version": pa.repeat(pa.scalar(made.model_version), count),
        "run_seconds": pa.repeat(pa.scalar(made.run_seconds), count),
        "generated_at": pa.repeat(pa.scalar(made.generated_at, pa.timestamp("us", tz="UTC")), count),
    }
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)
