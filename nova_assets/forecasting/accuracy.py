"""What models said on an origin, scored against what has come since, by segment of items and window of weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from nova_assets.forecasting import losses
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.parameters import HORIZON_WEEKS, MOST_WEEKS, QUANTILES, SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.forecasting.portfolio import Floats
from nova_assets.forecasting.rows import SUMMED_LEVELS, Figures

SCORED = {name: level for name, level in SUMMED_QUANTILES.items() if name in ("q50", "q80", "q90", "q95", "q99")}
"""Quantiles whose loss and coverage are told: the upper ones, of which reorder points are made."""

SCORED_LEVELS = np.array(tuple(SCORED.values()))
BINS = np.linspace(0.0, 1.0, 11)

LOSSES = tuple(f"pinball_{name}" for name in SCORED)
COVERAGES = tuple(f"coverage_{name}" for name in SCORED)
HISTOGRAM = tuple(f"pit_{at}" for at in range(len(BINS) - 1))
MEANS = (*LOSSES, "pinball_mean", *COVERAGES, "mase", "rmsse")
ZERO = "zero"
ALL = "all"

ACCURACY_SCHEMA = pa.schema(
    [
        ("origin", pa.date32()),
        ("model", pa.string()),
        ("segment_kind", pa.string()),
        ("segment", pa.string()),
        ("weeks", pa.int32()),
        ("items", pa.int64()),
        ("items_compared", pa.int64()),
        *((name, pa.float64()) for name in (*LOSSES, "pinball_mean", "ratio_to_present_formula", *COVERAGES)),
        *((name, pa.float64()) for name in ("bias", "mase", "rmsse", "wape")),
        ("pit_histogram", pa.list_(pa.float64())),
        ("model_version", pa.string()),
    ]
)
"""The lake's table `forecast_accuracy`: one row per origin, model, segment and window whose weeks have ended."""


@dataclass(frozen=True)
class Came:
    """What came after an origin, as far as it is known.

    Attributes:
        history: demand before the origin.
        weekly: demand of the weeks from the origin on that have ended, `MOST_WEEKS` at most: (items, weeks).
    """

    history: History
    weekly: Floats

    @classmethod
    def after(cls, origin: date, demand: pd.DataFrame) -> Came:
        """From weekly demand `unique_id, ds, y` that reaches to the last week that has ended, or far enough."""
        history = History.before(origin, demand)
        week = (demand["ds"].to_numpy() - np.datetime64(origin)) // WEEK
        ended = int(min(week.max(initial=-1) + 1, MOST_WEEKS))
        weekly = np.zeros((len(history.items), max(ended, 0)))
        item = history.items.get_indexer(pd.Index(demand["unique_id"]))
        known = (item >= 0) & (week >= 0) & (week < ended)
        weekly[item[known], week[known]] = demand["y"].to_numpy(dtype=np.float64)[known]
        return cls(history, weekly)

    @property
    def windows(self) -> tuple[int, ...]:
        """The numbers of weeks, of those that are forecast together, that have all ended."""
        return tuple(weeks for weeks in SUMMED_WEEKS if weeks <= self.weekly.shape[1])

    @cached_property
    def sums(self) -> Floats:
        """Demand of each of `windows`: (items, windows)."""
        return self.weekly.cumsum(axis=1)[:, [weeks - 1 for weeks in self.windows]]

    @cached_property
    def scale(self) -> Floats:
        """`losses.naive_scale`; NaN for items that models are not compared by."""
        return np.where(losses.measurable(self.history), losses.naive_scale(self.history), np.nan)

    @cached_property
    def square_scale(self) -> Floats:
        """`losses.naive_square_scale`; NaN for items that models are not compared by."""
        return np.where(losses.measurable(self.history), losses.naive_square_scale(self.history), np.nan)

    @cached_property
    def mean(self) -> Floats:
        """Mean weekly demand before the origin: the unit in which quantities of different items are added up."""
        return self.history.portfolio.mean


@dataclass(frozen=True)
class Forecast:
    """What a model said on the origin, of the items of `Came.history`; NaN of those that it does not speak of.

    Attributes:
        version: None for what no model said.
    """

    model: str
    version: str | None
    figures: Figures


def zero(came: Came) -> Forecast:
    """The forecast of nothing, of every item: what a score must be better than to be worth anything."""
    items = len(came.history.items)
    weekly = np.zeros((items, HORIZON_WEEKS, 1 + len(QUANTILES)))
    summed = np.zeros((items, len(SUMMED_WEEKS), 1 + len(SUMMED_LEVELS)))
    return Forecast(ZERO, None, Figures(came.history.items, weekly, summed))


@dataclass(frozen=True)
class Segments:
    """The groups of items that are scored together.

    Attributes:
        segment_of: kind of segment → item → the segment it is in, missing or null for an item that is in none.
        found: kind and name of each segment; the last one holds all items.
    """

    segment_of: Mapping[str, pd.Series]
    found: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, segment_of: Mapping[str, pd.Series]) -> Segments:
        """The segments that items are in, and all items together."""
        found = [(kind, str(name)) for kind, names in segment_of.items() for name in sorted(names.dropna().unique())]
        return cls(segment_of, (*found, (ALL, ALL)))

    def members(self, items: pd.Index) -> Floats:
        """1.0 where an item is in a segment: (segments, items)."""
        named = {kind: names.reindex(items).to_numpy(dtype=object) for kind, names in self.segment_of.items()}
        named[ALL] = np.full(len(items), ALL, dtype=object)
        return np.array([named[kind] == name for kind, name in self.found], dtype=np.float64)


@dataclass(frozen=True)
class Tally:
    """Sums of a model's scores over the items of each segment; of parts of a portfolio they add up to the whole's.

    Attributes:
        version: the model's version on the origin, of the first part; None for what no model said.
        scores: what was summed.
        totals: (segments, windows, scores).
        counts: how many items each total is of.
    """

    version: str | None
    scores: tuple[str, ...]
    totals: Floats
    counts: Floats

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.version, self.scores, self.totals + other.totals, self.counts + other.counts)


def tallies(came: Came, said: Iterable[Forecast], segments: Segments) -> dict[str, Tally]:
    """Model → its scores of the windows that have ended.

    Args:
        said: the present formula's first: the others are measured against it. One is looked at at a time.
    """
    benchmark = np.full((len(came.history.items), len(came.windows)), np.nan)
    members, tallied = segments.members(came.history.items), {}
    for one in said:
        scores = score(one.figures, came)
        if one.model == PRESENT_FORMULA.name:
            benchmark = scores["pinball_mean"]
        both = np.isfinite(scores["pinball_mean"]) & np.isfinite(benchmark)
        scores |= {"own": _where(both, scores["pinball_mean"]), "benchmark": _where(both, benchmark)}
        values = np.stack(list(scores.values()), axis=-1)
        known = np.isfinite(values)
        totals = np.tensordot(members, np.where(known, values, 0.0), axes=1)
        tallied[one.model] = Tally(one.version, tuple(scores), totals, np.tensordot(members, known, axes=1))
    return tallied


def accuracy_rows(origin: date, windows: Sequence[int], tallied: Mapping[str, Tally], segments: Segments) -> pa.Table:
    """Rows of the lake's table `forecast_accuracy`: of each model the segments that it speaks of, and the windows."""
    rows = (_rows(origin, windows, name, of_model, segments) for name, of_model in tallied.items())
    return pa.concat_tables([ACCURACY_SCHEMA.empty_table(), *rows])


def score(said: Figures, came: Came) -> dict[str, Floats]:
    """A model's figures of every item and window, (items, windows) each: what rows are the means of, or ratios of sums.

    Quantities are divided by the item's mean weekly demand, so that units mix. NaN where there is nothing to tell.
    """
    count = len(came.windows)
    expected, quantiles = said.summed[:, :count, 0], said.summed[:, :count, 1:]
    spoken = np.isfinite(expected)
    scored = quantiles[:, :, [list(SUMMED_QUANTILES).index(name) for name in SCORED]]
    scale = np.array(came.windows) * came.scale[:, None]
    loss = losses.pinball_loss(came.sums, scored, SCORED_LEVELS) / scale[:, :, None]
    bounds = losses.transform_bounds(came.sums, quantiles, SUMMED_LEVELS)
    covered, reached = (losses.transform_below(*bounds, levels) for levels in (SCORED_LEVELS, BINS))
    demand, error = came.sums / came.mean[:, None], (expected - came.sums) / came.mean[:, None]
    return {
        **{name: loss[:, :, at] for at, name in enumerate(LOSSES)},
        "pinball_mean": loss.mean(axis=-1),
        **{name: _where(spoken, covered[:, :, at]) for at, name in enumerate(COVERAGES)},
        **{name: _where(spoken, np.diff(reached)[:, :, at]) for at, name in enumerate(HISTOGRAM)},
        "demand": _where(spoken, demand),
        "error": error,
        "absolute_error": np.abs(error),
        **_weekly_errors(said.weekly[:, :, 0], came),
    }


def _weekly_errors(expected: Floats, came: Came) -> dict[str, Floats]:
    """Errors of the single weeks of each window; of a window beyond `HORIZON_WEEKS` there are none."""
    weeks = min(came.weekly.shape[1], HORIZON_WEEKS)
    actual, said = came.weekly[:, :weeks], expected[:, :weeks]
    ends = [window - 1 for window in came.windows if window <= weeks]
    missing = np.full((len(said), len(came.windows) - len(ends)), np.nan)
    return {
        "mase": np.hstack([losses.absolute_scaled_error(actual, said, came.scale)[:, ends], missing]),
        "rmsse": np.hstack([losses.root_squared_scaled_error(actual, said, came.square_scale)[:, ends], missing]),
    }


def _where(known: NDArray[np.bool_], values: Floats) -> Floats:
    return np.where(known, values, np.nan)


def _rows(origin: date, windows: Sequence[int], model: str, tally: Tally, segments: Segments) -> pa.Table:
    scores, counts = tally.scores, tally.counts
    segment, window = np.nonzero(counts[:, :, scores.index("error")])
    total = dict(zip(scores, tally.totals[segment, window].T, strict=True))
    counted = dict(zip(scores, counts[segment, window].T, strict=True))
    columns = {
        "origin": pa.repeat(pa.scalar(origin, pa.date32()), len(segment)),
        "model": pa.repeat(pa.scalar(model), len(segment)),
        "segment_kind": pa.array([segments.found[at][0] for at in segment], pa.string()),
        "segment": pa.array([segments.found[at][1] for at in segment], pa.string()),
        "weeks": pa.array(np.array(windows)[window], pa.int32()),
        "items": pa.array(counted["error"].astype(np.int64)),
        "items_compared": pa.array(counted["pinball_mean"].astype(np.int64)),
        **{name: _ratio(total[name], counted[name]) for name in MEANS},
        "ratio_to_present_formula": _ratio(total["own"], total["benchmark"]),
        "bias": _ratio(total["error"], total["demand"]),
        "wape": _ratio(total["absolute_error"], total["demand"]),
        "pit_histogram": pa.array(
            np.column_stack([total[name] for name in HISTOGRAM]).tolist(), pa.list_(pa.float64())
        ),
        "model_version": pa.repeat(pa.scalar(tally.version, pa.string()), len(segment)),
    }
    return pa.table({name: columns[name] for name in ACCURACY_SCHEMA.names}, schema=ACCURACY_SCHEMA)


def _ratio(above: Floats, below: Floats) -> pa.Array:
    """Null where there is nothing below: no item to tell of, or no demand at all."""
    ratio = np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
    return pa.array(ratio, from_pandas=True)
