"""What planning rests on, brought into a loaded warehouse without running the models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from nova_assets.materialize import Stage
from nova_assets.registry.lead_times import LEAD_TIME_DEMAND, LEAD_TIME_DEMAND_LOADED
from nova_assets.resources.lake_schema import arrow_schema
from tests.support.pipeline import Pipeline

LEAD_TIME_DAYS, REVIEW_DAYS = 18.0, 7
WEEKS = (LEAD_TIME_DAYS + REVIEW_DAYS) / 7
SAMPLE = np.sort(np.random.default_rng(11).gamma(1.5, 1 / 1.5, 20_000))
PERCENTILES = np.quantile(SAMPLE, np.arange(1, 100) / 100) / SAMPLE.mean()
"""Of a skewed demand with mean one."""


def load_lead_time_demand(pipeline: Pipeline, origin: date) -> None:
    """Demand over lead time and review period of every item with a profile on `origin`: what it was before, skewed."""
    profiles = pipeline.rows(
        "SELECT item_id, mean_weekly_demand FROM analytics.features_demand_profile WHERE origin = %s ORDER BY 1", origin
    )
    schema = arrow_schema(LEAD_TIME_DEMAND)
    rows = pa.Table.from_pylist([_row(origin, profile) for profile in profiles], schema)
    pipeline.lake.write_range(LEAD_TIME_DEMAND.name, rows, "origin", origin, origin)
    pipeline.run(Stage("lead times", [LEAD_TIME_DEMAND_LOADED.relation], origin, origin))


def _row(origin: date, profile: Mapping[str, Any]) -> dict[str, object]:
    mean = profile["mean_weekly_demand"] * WEEKS
    quantiles = mean * PERCENTILES
    return {
        "origin": origin,
        "item_id": profile["item_id"],
        "site_id": "ALL",
        "supplier_id": None,
        "supplier_lines": 0,
        "basis": "requested_to_received",
        "lead_time_mean_days": LEAD_TIME_DAYS,
        "lead_time_p90_days": 2 * LEAD_TIME_DAYS,
        "review_period_days": REVIEW_DAYS,
        "lead_time_demand": mean * LEAD_TIME_DAYS / (LEAD_TIME_DAYS + REVIEW_DAYS),
        "expected_demand": mean,
        **{f"q{level:02}": quantiles[level - 1] for level in (5, 10, 50, 80, 90, 95, 99)},
        "quantiles": quantiles.tolist(),
        "beyond_share": 0.0,
        "model_version": "tests",
        "generated_at": datetime(2025, 10, 27, tzinfo=UTC),
    }
