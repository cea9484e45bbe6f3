"""The company's own workbook, with its nine months and its items seen once, is forecast whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from nova_assets.materialize import ENSEMBLE, Stage, data_range, models_of, report_stage
from nova_assets.partitions import latest_origin
from nova_assets.registry.analytics import FACT_FORECASTS
from nova_assets.settings import forecasting_python
from tests.support.pipeline import Pipeline


@pytest.mark.real_data
@pytest.mark.skipif(not forecasting_python().exists(), reason="there is no forecasting environment: `make up` makes it")
def test_every_material_with_any_history_has_a_forecast_the_wider_the_shorter_its_history(
    pipeline: Pipeline, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.load(shared_data / "erp" / "dadosSuprimentos.xlsx")
    origin = latest_origin(data_range(pipeline.warehouse).data_through)
    (tmp_path / "dagster").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("DATABASE_URL", pipeline.database.pipeline_url)
    monkeypatch.setenv("NOVA_LAKE", pipeline.lake.root)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    for stage in (
        Stage("models", models_of(origin, origin), origin, origin, location="forecasting"),
        Stage("forecasts", ENSEMBLE, origin, origin, location="forecasting"),
        Stage("load", [FACT_FORECASTS.relation], origin, origin),
    ):
        report_stage(stage, pipeline.repository, pipeline.instance, {})

    history = pipeline.rows(
        "SELECT item_id, count(*) FILTER (WHERE demand > 0) AS demands"
        " FROM analytics.features_demand_weekly INNER JOIN core.dim_item USING (item_id)"
        " WHERE NOT is_service AND week < %s GROUP BY item_id",
        origin,
    )
    assert len(history) > 700
    served = pipeline.rows(
        "SELECT item_id, count(*) AS weeks FROM analytics.fact_forecasts WHERE served AND origin = %s GROUP BY item_id",
        origin,
    )
    assert {row["item_id"]: row["weeks"] for row in served} == {row["item_id"]: 13 for row in history}

    sums = pipeline.lake.read_range("summed_demand", "origin", origin, origin, within={"model": ["ensemble"]})
    quarter = sums.filter(pc.field("weeks") == 13).to_pylist()
    relative_width = {row["item_id"]: (row["q95"] - row["q05"]) / row["forecast_value"] for row in quarter}
    often, seldom = (
        np.median([relative_width[row["item_id"]] for row in history if chosen(row["demands"])])
        for chosen in (lambda demands: demands >= 8, lambda demands: demands <= 2)
    )
    assert seldom > max(often, 3.0)
