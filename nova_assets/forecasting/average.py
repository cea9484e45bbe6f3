"""The ensemble of an origin, made of what the models wrote into the lake."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.ensemble import Choice, Ensemble
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import (
    ALL_SITES,
    ENSEMBLE,
    HORIZON_WEEKS,
    QUANTILES,
    SUMMED_QUANTILES,
    SUMMED_WEEKS,
    VALIDATION_ORIGINS,
    VALIDATION_WEEKS,
)
from nova_assets.forecasting.rows import (
    FORECASTS_SCHEMA,
    SUMMED_LEVELS,
    SUMMED_SCHEMA,
    Figures,
    Made,
    forecast_rows,
    summed_rows,
)
from nova_assets.forecasting.sites import SiteShares
from nova_assets.forecasting.version import code_version
from nova_assets.registry.lake import ENSEMBLE_STANDINGS
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_schema import arrow_schema

STANDINGS_SCHEMA = arrow_schema(ENSEMBLE_STANDINGS)

_WEEKLY = ("forecast_value", *QUANTILES)
_SUMMED = ("forecast_value", *SUMMED_QUANTILES)


class ModelsMissingError(LookupError):
    """No model has forecast an origin that the data reach."""


@dataclass(frozen=True)
class Said:
    """What the models say, as read from the lake.

    Attributes:
        forecasts: rows of the lake's table `forecasts`, of models.
        summed: rows of the lake's table `summed_demand`, of models.
    """

    forecasts: pd.DataFrame
    summed: pd.DataFrame

    @classmethod
    def read(cls, lake: Lake, first: date, last: date, models: Sequence[str]) -> Said:
        """The rows of these models, of the origins from `first` to `last`.

        Raises:
            LakeTableMissingError: no model was ever materialized.
        """
        key = ["item_id", "origin", "model"]
        return cls(
            _read(lake, "forecasts", first, last, models, [*key, "model_version", "forecast_date", *_WEEKLY]),
            _read(lake, "summed_demand", first, last, models, [*key, "weeks", *_SUMMED]),
        )

    @cached_property
    def _of_origin(self) -> Mapping[tuple[date, str], tuple[pd.DataFrame, pd.DataFrame]]:
        """Origin and model → its rows of both tables."""
        weekly, summed = _by_origin_and_model(self.forecasts), _by_origin_and_model(self.summed)
        return {at: (weekly[at], summed[at]) for at in weekly if at in summed}

    def with_made(self, made: Sequence[EnsembleForecast], first: date) -> Said:
        """The same with the ensembles of the origins from `first` on in place of those that were read."""
        return Said(
            _with_ensembles(self.forecasts, [one.forecasts for one in made], first),
            _with_ensembles(self.summed, [one.summed for one in made], first),
        )

    def models_of(self, origin: date) -> list[str]:
        """The models that speak on an origin."""
        return [name for at, name in self._of_origin if at == origin]

    def figures(self, origin: date, model: str, items: pd.Index) -> Figures:
        """What a model says on an origin, of each of `items`; NaN where it says nothing."""
        weekly, summed = self._of_origin[origin, model]
        return Figures(
            items,
            _cube(weekly, items, "forecast_date", _WEEKLY, HORIZON_WEEKS),
            _cube(summed, items, "weeks", _SUMMED, len(SUMMED_WEEKS)),
        )

    def quantiles(self, origin: date, model: str, weeks: int, items: pd.Index) -> np.ndarray:
        """Quantiles of the demand of `weeks` weeks together, (items, `SUMMED_QUANTILES`); NaN where it says nothing."""
        _, summed = self._of_origin[origin, model]
        rows = summed[summed["weeks"] == weeks].set_index("item_id")
        return rows[list(SUMMED_QUANTILES)].reindex(items).to_numpy()

    def version(self, origin: date, model: str) -> str:
        """The model's version on an origin."""
        return self._of_origin[origin, model][0]["model_version"].iloc[0]


def _by_origin_and_model(rows: pd.DataFrame) -> dict[tuple[date, str], pd.DataFrame]:
    groups = cast(Iterable[tuple[tuple[date, str], pd.DataFrame]], rows.groupby(["origin", "model"]))
    return dict(iter(groups))


def _read(
    lake: Lake, table: str, first: date, last: date, models: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    of_items = {"model": models, "site_id": [ALL_SITES]}
    return lake.read_range(table, "origin", first, last, within=of_items, columns=columns).to_pandas()


def _with_ensembles(rows: pd.DataFrame, made: Sequence[pa.Table], first: date) -> pd.DataFrame:
    kept = rows[(rows["model"] != ENSEMBLE) | (rows["origin"] < first)]
    of_items = pa.concat_tables(made).filter(pc.field("site_id") == ALL_SITES)
    made_rows = of_items.select(rows.columns.to_list())
    return pd.concat([kept, made_rows.to_pandas()]) if made_rows.num_rows else kept


def _cube(rows: pd.DataFrame, items: pd.Index, step: str, figures: Sequence[str], steps: int) -> np.ndarray:
    """(items, steps, figures) of rows that hold every step of each item."""
    ordered = rows.sort_values(["item_id", step])
    values = ordered[list(figures)].to_numpy().reshape(-1, steps, len(figures))
    where = pd.Index(ordered["item_id"].to_numpy()[::steps]).get_indexer(items)
    return np.where((where >= 0)[:, None, None], values[where], np.nan)


@dataclass(frozen=True)
class EnsembleForecast:
    """The served rows of one origin, and how they came about."""

    origin: date
    ensemble: Ensemble
    past_origins: tuple[date, ...]
    forecasts: pa.Table
    summed: pa.Table
    standings: pa.Table


def ensemble_forecast(
    origin: date, demand: pd.DataFrame, site_demand: pd.DataFrame, said: Said, now: datetime
) -> EnsembleForecast:
    """The ensemble of an origin; it has no rows where the data do not reach the origin.

    Args:
        demand: `unique_id, ds, y`; what lies on the origin or after it is not looked at.
        site_demand: `item_id, site_id, ds, y` of the latest year before the origin; likewise.
        said: what the models say on the origin, and on the origins before it that they are to be judged by.

    Raises:
        ModelsMissingError: the data reach the origin, and no model has forecast it.
    """
    started = time.perf_counter()
    history = History.before(origin, demand)
    speaking = said.models_of(origin)
    past = [
        past_outcome(at, history.frame, said, speaking or said.models_of(at))
        for at in reversed([origin - timedelta(weeks=VALIDATION_WEEKS * n) for n in range(1, VALIDATION_ORIGINS + 1)])
        if said.models_of(at)
    ]
    chosen = Choice().ensemble(past)
    past_origins = tuple(one.history.origin for one in past)
    standings = _standings(origin, chosen)
    if history.weeks_missing or history.items.empty:
        nothing = FORECASTS_SCHEMA.empty_table(), SUMMED_SCHEMA.empty_table()
        return EnsembleForecast(origin, chosen, past_origins, *nothing, standings)
    members = [name for name in chosen.weights if name in speaking]
    if not members:
        raise ModelsMissingError(
            f"None of {sorted(chosen.weights)} has forecast {origin}: materialize lake/models for it first."
        )
    figures = [said.figures(origin, name, history.items) for name in members]
    average = Figures(
        history.items,
        chosen.combine({name: one.weekly for name, one in zip(members, figures, strict=True)}),
        chosen.combine({name: one.summed for name, one in zip(members, figures, strict=True)}),
    )
    sites = SiteShares.known_on(origin, site_demand).share_out(average)
    version = _version(chosen, {name: said.version(origin, name) for name in members})
    seconds = round(time.perf_counter() - started, 3)
    made = Made(origin, ENSEMBLE, version, seconds, now)
    return EnsembleForecast(
        origin,
        chosen,
        past_origins,
        pa.concat_tables([forecast_rows(average, made), forecast_rows(sites, made)]),
        pa.concat_tables([summed_rows(average, made), summed_rows(sites, made)]),
        standings,
    )


def past_outcome(origin: date, known: pd.DataFrame, said: Said, models: Sequence[str]) -> Outcome:
    """What the models said on a past origin of the next `VALIDATION_WEEKS` weeks, beside what came.

    Args:
        known: demand `unique_id, ds, y` that reaches at least to the end of those weeks.
        models: those that may be chosen. A model that is run on demand may have spoken then and be silent now: choosing
            it would leave the origin with a worse average, or with none.
    """
    history = History.before(origin, known)
    spoke = said.models_of(origin)
    return Outcome(
        history=history,
        weeks=VALIDATION_WEEKS,
        actual=demand_of(known, history, VALIDATION_WEEKS),
        levels=SUMMED_LEVELS,
        quantiles={
            name: said.quantiles(origin, name, VALIDATION_WEEKS, history.items)
            for name in spoke
            if name in models or name == PRESENT_FORMULA.name
        },
        absent={name: "it has not forecast the origin to be served" for name in spoke if name not in models},
    )


def _standings(origin: date, chosen: Ensemble) -> pa.Table:
    standings = chosen.standings
    return pa.table(
        {
            "origin": pa.repeat(pa.scalar(origin, pa.date32()), len(standings)),
            "model": [standing.model for standing in standings],
            "loss": pa.array([standing.loss for standing in standings], pa.float64(), from_pandas=True),
            "weight": [standing.weight for standing in standings],
            "reason": [standing.reason for standing in standings],
        },
        schema=STANDINGS_SCHEMA,
    )


def _version(chosen: Ensemble, members: Mapping[str, str]) -> str:
    """`<code>.<members and their weights>.<data>`, eight hexadecimal digits each, as a model's version."""
    text = json.dumps([dict(chosen.weights), dict(members)], sort_keys=True)
    data = next(iter(members.values())).rpartition(".")[2]
    return f"{code_version()}.{hashlib.sha256(text.encode()).hexdigest()[:8]}.{data}"
