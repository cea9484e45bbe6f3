"""Which plots of a run's forecasts and scores are shown: a few items, and the served model beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.accuracy import COVERAGES
from nova_assets.forecasting.demand import StoredDemand
from nova_assets.forecasting.parameters import ENSEMBLE, HORIZON_WEEKS, QUANTILES, VALIDATION_WEEKS
from nova_assets.forecasting.plots import Fan, calibration, fan_chart, loss_by_model
from nova_assets.forecasting.said import Said

EXAMPLES = 3


def pictures(scored: pa.Table, demand: StoredDemand, said: Said, last: date) -> Mapping[str, str]:
    """Name in Dagster → Markdown, of what there is: fan charts of the origins up to `last`, and of scores their means.

    Args:
        scored: rows of the lake's table `forecast_accuracy`.
        demand: of all items.
        said: what the ensemble says.
    """
    return {**_fans(demand, said, last), **_scores(scored)}


def _scores(scored: pa.Table) -> Mapping[str, str]:
    pooled = (pc.field("segment_kind") == "all") & (pc.field("weeks") == VALIDATION_WEEKS)
    rows = scored.filter(pooled).to_pandas()
    served = rows[rows["model"] == ENSEMBLE]
    if served.empty:
        return {}
    # The same origins for every model: those on which the ensemble spoke.
    rows = rows[rows["origin"].isin(served["origin"])]
    period = f"{VALIDATION_WEEKS} weeks from {served['origin'].min()} to {served['origin'].max()}"
    weights = served["items"] / served["items"].sum()
    covered = {name.removeprefix("coverage_"): float((served[name] * weights).sum()) for name in COVERAGES}
    ratios = rows.groupby("model")["ratio_to_present_formula"].mean().dropna()
    return {
        "calibration": calibration(covered, f"The ensemble's quantiles, {period}"),
        "loss_by_model": loss_by_model({str(name): float(ratio) for name, ratio in ratios.items()}, f"Loss, {period}"),
    }


def _fans(demand: StoredDemand, said: Said, last: date) -> Mapping[str, str]:
    spoken = [
        origin
        for origin in (last - timedelta(weeks=week) for week in range(HORIZON_WEEKS + 1))
        if ENSEMBLE in said.models_of(origin)
    ]
    if not spoken:
        return {}
    origins = sorted({spoken[0], spoken[-1]})
    charts = []
    for item, series in _examples(demand, origins[0]).items():
        statements = {origin: said.statements(origin, [ENSEMBLE], pd.Index([item])) for origin in origins}
        fans = [
            Fan(origin, dict(zip(QUANTILES, one[ENSEMBLE].figures.weekly[0, :, 1:].T.tolist(), strict=True)))
            for origin, one in statements.items()
            if one
        ]
        charts.append(fan_chart(f"Item {item}", series, fans))
    return {"examples": "\n\n".join(charts)} if charts else {}


def _examples(demand: StoredDemand, before: date) -> Mapping[str, pd.Series]:
    """Items with many, some and few weeks of demand among those with two or more, before a day: their weekly demand."""
    weeks = pd.concat([pd.Series(dtype="int64"), *(_weeks_with_demand(known, before) for known in demand.frames())])
    repeated = weeks[weeks > 1].sort_values(ascending=False, kind="stable").index
    places = [round(at * (len(repeated) - 1) / (EXAMPLES - 1)) for at in range(EXAMPLES)] if len(repeated) else []
    chosen = [str(repeated[at]) for at in dict.fromkeys(places)]
    series = {
        str(item): of_item.set_index("ds")["y"].sort_index()
        for known in (demand.frames() if chosen else ())
        for item, of_item in known[known["unique_id"].isin(chosen)].groupby("unique_id")
    }
    return {item: series[item] for item in chosen}


def _weeks_with_demand(known: pd.DataFrame, before: date) -> pd.Series:
    return known[(known["ds"] < pd.Timestamp(before)) & (known["y"] > 0)].groupby("unique_id").size()
