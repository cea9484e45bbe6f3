"""Rows of the lake's table `forecasts`, as a model writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from nova_assets.forecasting.parameters import ALL_SITES, HORIZON_WEEKS
from nova_assets.partitions import WEEK
from nova_assets.registry.lake import FORECASTS
from nova_assets.resources.lake_schema import arrow_schema

MOMENT = datetime(2025, 7, 7, 5, tzinfo=UTC)


def forecast_rows(
    origins: Sequence[date], items: Sequence[str] = ("A",), model: str = "theirs", expected: float = 5.0
) -> pa.Table:
    """Every week of the horizon, of every item and origin; each quantile is `expected` plus its level in percent."""
    rows = [
        {
            "item_id": item,
            "origin": origin,
            "forecast_date": origin + week * WEEK,
            "model": model,
            "forecast_value": expected,
        }
        for origin in origins
        for item in items
        for week in range(HORIZON_WEEKS)
    ]
    constant = {name: constant_value(name, expected) for name in FORECASTS.column_names}
    return pa.Table.from_pylist([{**constant, **row} for row in rows], schema=arrow_schema(FORECASTS))


def constant_value(column: str, expected: float) -> Any:
    """What a column holds in every row."""
    if column[0] == "q" and column[1:].isdecimal():
        return expected + int(column[1:])
    known = {"site_id": ALL_SITES, "model_version": "1", "run_seconds": 0.5, "generated_at": MOMENT}
    return known.get(column)
