"""Why a forecast is what it is, item by item: what was seen, what was borrowed, and from what the number adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.forecasting.evidence import Level, Season, Trend, level, season, trend
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import COLD_START
from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.priors import Priors
from nova_assets.forecasting.portfolio import Floats, Integers
from nova_assets.registry.readings import FORECAST_EXPLANATIONS
from nova_assets.resources.lake_schema import arrow_schema

SURE = 0.05
"""A trend or a season is named below this p-value."""

FAR_APART = 1.96
"""Levels are said to differ from this score on."""

SHORT_WEEKS = 26
"""Weeks below which a history is called short, and quiet weeks below which no item is called dead."""

EXPLANATIONS_SCHEMA = arrow_schema(FORECAST_EXPLANATIONS)


@dataclass(frozen=True)
class Told:
    """What was served on an origin, and by whom.

    Attributes:
        served: item → expected weekly demand, mean of the weeks forecast one by one.
        members: model → the same of it, for the items that it speaks of.
        weights: model → weight in the ensemble.
        version: the ensemble's version.
    """

    served: pd.Series
    members: Mapping[str, pd.Series]
    weights: Mapping[str, float]
    version: str


@dataclass(frozen=True)
class Parts:
    """What the expected weekly demand adds up from, in the item's unit; the five lines sum to it.

    Attributes:
        own_mean: mean of all weeks since the first demand.
        portfolio_pull: what the chance that the portfolio's items return changes, see `models.pooled`.
        family_pull: what changes when the chance is that of the item's family instead.
        recency: what changes when old weeks count less, as in the model for items with little history.
        models_pull: what the average of the chosen models says beyond all this.
    """

    own_mean: Floats
    portfolio_pull: Floats
    family_pull: Floats
    recency: Floats
    models_pull: Floats

    @classmethod
    def of(cls, history: History, served: Floats) -> Parts:
        """The parts of what was served of each item."""
        known = history.portfolio
        size = known.demand.sum(axis=1) / known.demands
        returns, weeks = (known.demands - 1).astype(np.float64), (known.weeks - 1).astype(np.float64)
        priors = POOLED_OCCURRENCE.priors(history)
        alone = Priors(priors.portfolio, {})
        of_portfolio = size * _chance(alone, history.families, returns, weeks)
        of_family = size * _chance(priors, history.families, returns, weeks)
        recent = size * COLD_START.chance(history, history).mean
        return cls(known.mean, of_portfolio - known.mean, of_family - of_portfolio, recent - of_family, served - recent)


def _chance(priors: Priors, families: pd.Series, returns: Floats, weeks: Floats) -> Floats:
    a, b = priors.of(families)
    return (a + returns) / (a + b + weeks)


def explanation_rows(history: History, profiles: pd.DataFrame, told: Told, now: datetime) -> pa.Table:
    """Rows of the lake's table `forecast_explanations` of an origin.

    Args:
        history: what the models saw before the origin.
        profiles: `demand_class, first_demand_on, last_demand_on` by item, as known on the origin.
        told: what was served; items without a forecast have no explanation.
        now: instant written as `generated_at`.
    """
    items = history.items
    spoken = items.isin(told.served.index)
    served = told.served.reindex(items).to_numpy(dtype=np.float64)
    seen = Seen.of(history)
    parts = Parts.of(history, served)
    profile = profiles.reindex(items)
    count = len(items)
    columns: dict[str, Any] = {
        "origin": pa.repeat(pa.scalar(history.origin, pa.date32()), count),
        "item_id": items.to_numpy(dtype=object),
        "demand_class": pa.array(profile["demand_class"], pa.string(), from_pandas=True),
        "data_through": pa.repeat(pa.scalar(history.origin - timedelta(days=1), pa.date32()), count),
        "first_demand_on": pa.array(profile["first_demand_on"], pa.date32(), from_pandas=True),
        "last_demand_on": pa.array(profile["last_demand_on"], pa.date32(), from_pandas=True),
        "weeks_observed": seen.weeks,
        "weeks_with_demand": seen.demands,
        "quiet_weeks": seen.quiet,
        "level_lately": seen.level.lately,
        "level_before": _nullable(seen.level.before),
        "level_score": _nullable(seen.level.score),
        "trend_per_quarter": _nullable(seen.trend.change),
        "trend_p_value": _nullable(seen.trend.p_value),
        "season_share": _nullable(seen.season.share),
        "season_peak_month": pa.array(seen.season.peak_month, pa.int32(), mask=seen.season.peak_month == 0),
        "season_p_value": _nullable(seen.season.p_value),
        "outliers": seen.outliers,
        "outlier_quantity": seen.outlier_quantity,
        "outliers_adjusted": pa.repeat(pa.scalar(history.is_adjusted), count),
        "borrowed_share": seen.borrowed,
        "own_mean": parts.own_mean,
        "portfolio_pull": parts.portfolio_pull,
        "family_pull": parts.family_pull,
        "recency": parts.recency,
        "models_pull": parts.models_pull,
        "expected_weekly_demand": served,
        "models": _models(told, items),
        "codes": _codes(seen, history),
        "model_version": pa.repeat(pa.scalar(told.version), count),
        "generated_at": pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), count),
    }
    rows = pa.table({name: columns[name] for name in EXPLANATIONS_SCHEMA.names}, schema=EXPLANATIONS_SCHEMA)
    return rows.filter(pa.array(spoken))


@dataclass(frozen=True)
class Seen:
    """What an item's own history shows, and how much is not its own.

    Attributes:
        quiet: weeks since the latest with demand.
        outliers: weeks with an unusual quantity.
        outlier_quantity: what lies above the largest usual one in them, ≥ 0.
        borrowed: the prior's part in the chance of demand: its weeks among all weeks that count.
        dead: quiet for longer than chance explains, had it gone on as before.
    """

    weeks: Integers
    demands: Integers
    quiet: Integers
    level: Level
    trend: Trend
    season: Season
    outliers: Integers
    outlier_quantity: Floats
    borrowed: Floats
    dead: NDArray[np.bool_]

    @classmethod
    def of(cls, history: History) -> Seen:
        known = history.portfolio
        active = known.weeks - known.quiet
        # With k demands in the n weeks up to the latest, silence of q weeks had the chance (1 − k/(n+1)) ^ q.
        by_chance = (1 - known.demands / (active + 1)) ** known.quiet
        a, b = POOLED_OCCURRENCE.priors(history).of(history.families)
        unusual = history.unusual
        return cls(
            weeks=known.weeks,
            demands=known.demands,
            quiet=known.quiet,
            level=level(known),
            trend=trend(known),
            season=season(history),
            outliers=unusual["weeks"].to_numpy(dtype=np.int64),
            outlier_quantity=unusual["quantity"].to_numpy(dtype=np.float64),
            borrowed=(a + b) / (a + b + known.weeks - 1),
            dead=(known.quiet >= SHORT_WEEKS) & (by_chance < SURE),
        )


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _models(told: Told, items: pd.Index) -> pa.Array:
    """JSON of the models that made each item's number: weight among those that speak of it, and weekly demand."""
    means = {name: told.members[name].reindex(items).to_numpy(dtype=np.float64) for name in told.weights}
    total = sum(told.weights[name] * np.isfinite(values) for name, values in means.items())
    objects = []
    for name, values in means.items():
        silent = ~np.isfinite(values)
        weight = pa.array(told.weights[name] / total, pa.float64(), mask=silent)
        demand = pa.array(values, pa.float64(), mask=silent)
        parts = [
            f'"{name}":{{"weight":',
            pc.cast(weight, pa.string()),
            ',"weekly_demand":',
            pc.cast(demand, pa.string()),
        ]
        objects.append(_joined([*parts, "}"]))
    return _in_brackets(objects, "{", "}", len(items))


def _codes(seen: Seen, history: History) -> pa.Array:
    """JSON list of the codes that hold of each item; the page puts them into words."""
    families = history.families.notna().to_numpy()
    rising = seen.trend.p_value < SURE
    holds: Mapping[str, NDArray[np.bool_]] = {
        "seen_once": seen.demands == 1,
        "short_history": seen.weeks < SHORT_WEEKS,
        "long_dead": seen.dead,
        "level_rose": seen.level.score >= FAR_APART,
        "level_fell": seen.level.score <= -FAR_APART,
        "trend_up": rising & (seen.trend.change > 0),
        "trend_down": rising & (seen.trend.change < 0),
        "seasonal": seen.season.p_value < SURE,
        "outliers_adjusted" if history.is_adjusted else "outliers_kept": seen.outliers > 0,
        "borrowed_from_family": (seen.borrowed >= 0.5) & families,
        "borrowed_from_portfolio": (seen.borrowed >= 0.5) & ~families,
    }
    return _in_brackets(
        [pa.array(np.full(len(true), f'"{code}"'), pa.string(), mask=~true) for code, true in holds.items()],
        "[",
        "]",
        len(seen.weeks),
    )


def _joined(parts: Sequence[Any]) -> pa.Array:
    """The texts one after the other; null where one of them is."""
    return cast(pa.Array, pc.call_function("binary_join_element_wise", [*parts, "", ""]))


def _in_brackets(texts: Sequence[pa.Array], opening: str, closing: str, count: int) -> pa.Array:
    """The texts that are not null, with commas between them."""
    # Arrow can skip nulls by itself, but loses the rows that have nothing else.
    listed = [pc.call_function("coalesce", [_joined([",", text]), ""]) for text in texts]
    together = _joined([pa.repeat("", count), *listed])
    behind_comma = pc.call_function("utf8_slice_codeunits", [together], pc.SliceOptions(1))
    return _joined([opening, behind_comma, closing])
