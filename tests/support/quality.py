"""What the rules of docs/data-quality.md say of a warehouse, worked out in plain Python, and what Dagster was told."""

from __future__ import annotations

import base64
import math
import re
import statistics
from collections import defaultdict
from datetime import date
from typing import Any

import dagster as dg
import pytest

from nova_assets.materialize import QUALITY
from tests.support.pipeline import Pipeline

ANOMALIES = "core.fact_demand_anomalies"


def flagged_by_hand(demands: list[dict[str, Any]]) -> dict[tuple[str, str, date], float]:
    """The rule of docs/data-quality.md in plain Python."""
    by_item: dict[str, dict[date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in demands:
        by_item[row["item_id"]][row["date"]].append(row)
    found = {}
    for days in by_item.values():
        for day, rows in days.items():
            before = sorted(earlier for earlier in days if earlier < day)[-60:]
            history = [math.log(row["demand"]) for earlier in before for row in days[earlier]]
            if len(history) < 8:
                continue
            middle = statistics.median(history)
            spread = max(statistics.median(abs(past - middle) for past in history), math.log(2) / 2)
            for row in rows:
                score = 0.6745 * (math.log(row["demand"]) - middle) / spread
                if abs(score) >= 3.5:
                    found[row["item_id"], row["site_id"], day] = score
    return found


def flags(pipeline: Pipeline) -> dict[tuple[str, str, date], float]:
    rows = pipeline.rows(f"SELECT item_id, site_id, date, score FROM {ANOMALIES}")
    return {(row["item_id"], row["site_id"], row["date"]): row["score"] for row in rows}


def latest_check(pipeline: Pipeline, relation: str, name: str) -> dg.AssetCheckEvaluation:
    key = dg.AssetCheckKey(dg.AssetKey(relation.split(".")), name)
    record = pipeline.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.event
    assert record.event.dagster_event
    evaluation = record.event.dagster_event.event_specific_data
    assert isinstance(evaluation, dg.AssetCheckEvaluation)
    return evaluation


def page(pipeline: Pipeline) -> str:
    pipeline.run(QUALITY)
    event = pipeline.instance.get_latest_materialization_event(dg.AssetKey(["analytics", "data_quality"]))
    assert event
    assert event.asset_materialization
    return str(event.asset_materialization.metadata["page"].value)


def check_flags_and_page(pipeline: Pipeline) -> None:
    """Flags agree with the rule, their check warns, and the page shows what the tables hold."""
    demands = pipeline.rows("SELECT item_id, site_id, date, demand::float8 AS demand FROM core.fact_demand_daily")
    expected = flagged_by_hand(demands)
    assert flags(pipeline) == {key: pytest.approx(score) for key, score in expected.items()}
    assert 0 < len(expected) < 0.05 * len(demands)
    check = latest_check(pipeline, ANOMALIES, "quantities_are_usual")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["offending_rows"].value == len(expected)

    text = page(pipeline)
    assert f"{len(expected):,} flagged as unusual" in text
    for reason in pipeline.rows("SELECT DISTINCT reason FROM support.rejected_rows"):
        assert f"`{reason['reason']}`" in text
    for row in pipeline.rows("SELECT dataset FROM support.dataset_versions WHERE dataset <> 'analytics.data_quality'"):
        assert f"| {row['dataset']} |" in text
    images = re.findall(r"!\[[^]]+\]\(data:image/png;base64,([^)]+)\)", text)
    assert [base64.b64decode(image)[:8] for image in images] == [b"\x89PNG\r\n\x1a\n"] * 2
    gathered = pipeline.rows(
        "SELECT rejected_rows, merged_rows FROM analytics.data_quality"
        " WHERE dataset = 'staging.purchase_lines' AND is_latest AND check_name = 'key_is_unique'"
    )
    counted = "(SELECT count(*) FROM staging.purchase_lines WHERE status = 'merged')"
    assert gathered == pipeline.rows(
        f"SELECT count(*) AS rejected_rows, {counted} AS merged_rows FROM support.rejected_rows"
    )
