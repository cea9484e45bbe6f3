"""Forecasts of families: the sum of their items, per unit of measure, with the quantiles of that sum.

The expected demand of a family is the sum of its items' exactly, so that both screens agree. Metres and pieces are
never added: a family that is counted in two units has two forecasts.

Quantiles of single items do not add up. The variance of the sum is taken from the variances of the items, D·m each, and
one correlation ρ between any two of them (the constant-correlation model, Elton & Gruber 1973, "Estimating the
dependence structure of share prices", Journal of Finance 28(5)):

    V = Σvᵢ + ρ·((Σ√vᵢ)² − Σvᵢ)

ρ is the mean correlation of the items' weekly demands, read from the variance of the sum of the standardised demands:
ρ = (Var(Σzᵢ) − n) / (n² − n), within [0, 1]; of a family with few items, that of all families together. Then the
negative binomial or gamma with mean M and dispersion V/M (`nova_assets.forecasting.distributions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.distributions import index_of_dispersion, weekly_quantiles
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.parameters import QUANTILES
from nova_assets.forecasting.rows import WEEKLY_LEVELS
from nova_assets.registry.readings import FAMILY_FORECASTS
from nova_assets.resources.lake_schema import arrow_schema

FEWEST_WEEKS = 26
"""Weeks that an item must have for a correlation with others."""

MOST_WEEKS = 104
"""The latest two years count for the correlation."""

FEWEST_ITEMS = 10
"""Items with a correlation below which a family takes that of all families."""

FAMILIES_SCHEMA = arrow_schema(FAMILY_FORECASTS)


@dataclass(frozen=True)
class Correlations:
    """Mean correlation of the weekly demands of two items of a family.

    Attributes:
        of_all: of any two items of one family.
        of_family: family and unit → its own, where it has enough items.
    """

    of_all: float
    of_family: pd.Series

    @classmethod
    def of(cls, history: History, groups: pd.Series) -> Correlations:
        """As far as the items' histories show it.

        Args:
            groups: group of each item of the history, null where it has none.
        """
        known = history.portfolio
        weeks = min(MOST_WEEKS, max(FEWEST_WEEKS, known.width // 2))
        demand = known.demand[:, -weeks:]
        spread = demand.std(axis=1)
        telling = (known.weeks >= weeks) & (spread > 0) & groups.notna().to_numpy()
        if known.width < FEWEST_WEEKS or not telling.any():
            return cls(0.0, pd.Series(dtype=np.float64))
        standard = (demand[telling] - demand[telling].mean(axis=1, keepdims=True)) / spread[telling, None]
        summed = pd.DataFrame(standard).groupby(groups[telling].to_numpy()).sum()
        items = groups[telling].value_counts().reindex(summed.index).to_numpy(dtype=np.float64)
        excess = summed.to_numpy().var(axis=1) - items
        pairs = items**2 - items
        several = items >= FEWEST_ITEMS
        own = pd.Series(excess[several] / pairs[several], index=summed.index[several])
        return cls(float(np.clip(excess.sum() / max(pairs.sum(), 1.0), 0.0, 1.0)), own.clip(0.0, 1.0))

    def __getitem__(self, group: Any) -> float:
        return float(self.of_family.get(group, self.of_all))


def family_rows(
    history: History, groups: pd.DataFrame, expected: pd.DataFrame, version: str, now: datetime
) -> pa.Table:
    """Rows of the lake's table `family_forecasts` of an origin.

    Args:
        history: what the models saw before the origin.
        groups: `family, unit` of each item (index).
        expected: expected demand, items (index, all of them in `history`) by week ahead.
        version: the version of the served forecast.
        now: instant written as `generated_at`.
    """
    of_item = groups.reindex(expected.index)
    code = of_item.groupby(["family", "unit"], observed=True).ngroup()
    belongs = (code >= 0).to_numpy()
    code, expected, of_item = code[belongs], expected[belongs], of_item[belongs]
    named = of_item.assign(code=code).drop_duplicates("code").set_index("code").sort_index()
    correlations = Correlations.of(history, code.reindex(history.items))
    correlation = np.array([correlations[group] for group in named.index])
    summary = history.summary.loc[expected.index]
    variance = expected.to_numpy() * index_of_dispersion(summary)[:, None]
    total, variances, spreads = (
        pd.DataFrame(values).groupby(code.to_numpy()).sum().to_numpy()
        for values in (expected.to_numpy(), variance, np.sqrt(variance))
    )
    together = variances + correlation[:, None] * (spreads**2 - variances)
    integral = summary["integral"].groupby(code.to_numpy()).all().to_numpy()
    steps = total.shape[1]
    quantiles = weekly_quantiles(
        total.reshape(-1),
        np.divide(together, total, out=np.ones_like(total), where=total > 0).reshape(-1),
        np.repeat(integral, steps),
        tuple(WEEKLY_LEVELS),
    )
    weeks = (np.datetime64(history.origin) + WEEK * np.arange(steps)).astype("datetime64[D]")
    count = len(named) * steps
    columns: dict[str, Any] = {
        "origin": pa.repeat(pa.scalar(history.origin, pa.date32()), count),
        "family": np.repeat(named["family"].to_numpy(dtype=object), steps),
        "unit": np.repeat(named["unit"].to_numpy(dtype=object), steps),
        "forecast_date": np.tile(weeks, len(named)),
        "items": np.repeat(code.value_counts().sort_index().to_numpy(dtype=np.int32), steps),
        "forecast_value": total.reshape(-1),
        **{name: quantiles[:, position] for position, name in enumerate(QUANTILES)},
        "correlation": np.repeat(correlation, steps),
        "model_version": pa.repeat(pa.scalar(version), count),
        "generated_at": pa.repeat(pa.scalar(now, pa.timestamp("us", tz="UTC")), count),
    }
    return pa.table({name: columns[name] for name in FAMILIES_SCHEMA.names}, schema=FAMILIES_SCHEMA)
