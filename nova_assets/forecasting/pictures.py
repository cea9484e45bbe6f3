"""Which plots of a run's forecasts and scores are shown: a few items, and the served model beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.forecasting.accuracy import COVERAGES
from nova_assets.forecasting.parameters import ALL_SITES, ENSEMBLE, HORIZON_WEEKS, QUANTILES, VALIDATION_WEEKS
from nova_assets.forecasting.plots import Fan, calibration, fan_chart, loss_by_model
from nova_assets.resources.lake import Lake

EXAMPLES = 3


def pictures(scored: pa.Table, demand: pd.DataFrame, lake: Lake, last: date) -> Mapping[str, str]:
    """Name in Dagster → Markdown, of what there is: fan charts of the origins up to `last`, and of scores their means.

    Args:
        scored: rows of the lake's table `forecast_accuracy`.
        demand: weekly demand `unique_id, ds, y`.
    """
    return {**_fans(demand, lake, last), **_scores(scored)}


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


def _fans(demand: pd.DataFrame, lake: Lake, last: date) -> Mapping[str, str]:
    earlier = last - timedelta(weeks=HORIZON_WEEKS)
    columns = ["item_id", "origin", "forecast_date", *QUANTILES]
    served = {"model": [ENSEMBLE], "site_id": [ALL_SITES]}
    rows = lake.read_range("forecasts", "origin", earlier, last, within=served, columns=columns)
    if not rows.num_rows:
        return {}
    frame = rows.to_pandas().sort_values(["origin", "item_id", "forecast_date"])
    origins = sorted({frame["origin"].min(), frame["origin"].max()})
    chosen = _examples(demand, origins[0])
    charts = []
    for item in chosen:
        of_item = frame[frame["item_id"] == item]
        fans = [
            Fan(origin, {name: of_origin[name].to_list() for name in QUANTILES})
            for origin in origins
            if len(of_origin := of_item[of_item["origin"] == origin])
        ]
        series = demand[demand["unique_id"] == item].set_index("ds")["y"].sort_index()
        charts.append(fan_chart(f"Item {item}", series, fans))
    return {"examples": "\n\n".join(charts)} if charts else {}


def _examples(demand: pd.DataFrame, before: date) -> list[str]:
    """Items with many, some and few weeks of demand among those with two or more, before a day."""
    known = demand[(demand["ds"] < pd.Timestamp(before)) & (demand["y"] > 0)]
    weeks = known.groupby("unique_id").size().sort_values(ascending=False, kind="stable")
    repeated = weeks[weeks > 1].index
    places = [round(at * (len(repeated) - 1) / (EXAMPLES - 1)) for at in range(EXAMPLES)] if len(repeated) else []
    return [str(repeated[at]) for at in dict.fromkeys(places)]
