"""The assets of lead times: from purchase lines and summed demand to rows in the lake, again and again the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scipy import stats

from nova_assets.forecasting.lead_time.lead_time_demand import lead_time_demand, origin_rows
from nova_assets.forecasting.lead_time.rows import IncompleteSummedDemandError
from nova_assets.forecasting.lead_time.supplier_lead_times import supplier_lead_times
from nova_assets.forecasting.parameters import SUMMED_QUANTILES, SUMMED_WEEKS
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse

FIRST, LAST = date(2025, 7, 7), date(2025, 7, 21)
ORIGINS = [FIRST + timedelta(weeks=week) for week in range(3)]
ITEMS = {"000001": 5.0, "000002": 0.4, "NEVER1": 2.0}
LEVELS = np.array(tuple(SUMMED_QUANTILES.values()))


class LinesWarehouse(Warehouse):
    """The purchase lines that the assets read, as a Parquet file; the SQL itself is tested against PostgreSQL."""

    path: str

    def query_arrow(self, query: str, parameters: Sequence[Any] = ()) -> pa.Table:
        assert "fact_purchase_lines" in query
        return pq.read_table(self.path).filter(pc.field("requested_on") < parameters[0])

    def data_version(self, relation: str) -> int | None:
        return 7


def purchase_lines() -> pa.Table:
    """Two suppliers of five and of thirty days, over the half year before the last origin and two weeks after it."""
    random = np.random.default_rng(8)
    asked = [FIRST - timedelta(days=int(days)) for days in random.integers(-28, 180, 120)]
    slow = random.random(120) < 0.5
    days = np.rint(np.where(slow, 30, 5) * random.lognormal(0, 0.3, 120))
    return pa.table(
        {
            "item_id": pa.array(np.where(slow, "000002", "000001")),
            "supplier_id": pa.array(np.where(slow, "SLOW", "FAST")),
            "requested_on": pa.array(asked, pa.date32()),
            "ordered_on": pa.array(asked, pa.date32()),
            "received_on": pa.array(
                [day + timedelta(days=int(took)) for day, took in zip(asked, days, strict=True)], pa.date32()
            ),
            "after_the_fact": pa.array([False] * 120),
            "is_open": pa.array([False] * 120),
            "has_receipts": pa.array([True] * 120),
        }
    )


def summed_demand(origin: date, model: str, site: str = "ALL") -> pa.Table:
    means = np.outer(list(ITEMS.values()), SUMMED_WEEKS)
    quantiles = stats.nbinom.ppf(LEVELS, means[:, :, None] / 2, 1 / 3).reshape(-1, len(LEVELS))
    rows = len(ITEMS) * len(SUMMED_WEEKS)
    return pa.table(
        {
            "item_id": pa.array(np.repeat(list(ITEMS), len(SUMMED_WEEKS))),
            "site_id": pa.array([site] * rows),
            "origin": pa.array([origin] * rows, pa.date32()),
            "weeks": pa.array(np.tile(SUMMED_WEEKS, len(ITEMS)), pa.int32()),
            "model": pa.array([model] * rows),
            "forecast_value": pa.array(means.reshape(-1)),
            **{name: pa.array(quantiles[:, number]) for number, name in enumerate(SUMMED_QUANTILES)},
            "model_version": pa.array(["v"] * rows),
        }
    )


@pytest.fixture
def resources(tmp_path: Path) -> dict[str, Any]:
    pq.write_table(purchase_lines(), tmp_path / "lines.parquet")
    lake = Lake(root=str(tmp_path / "lake"))
    for model in ("tsb", "ensemble"):
        # Of the site alone nothing is asked: the lead-time demand is that of all sites together.
        rows = pa.concat_tables([summed_demand(origin, model, site) for origin in ORIGINS for site in ("ALL", "T1")])
        lake.write_range("summed_demand", rows, "origin", FIRST, LAST, {"model": [model]})
    return {"warehouse": LinesWarehouse(url="", path=str(tmp_path / "lines.parquet")), "lake": lake}


def run(resources: dict[str, Any], first: date, last: date) -> dg.ExecuteInProcessResult:
    tags = {"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)}
    return dg.materialize([supplier_lead_times, lead_time_demand], resources=resources, tags=tags)


def written(resources: dict[str, Any], table: str, key: str) -> pd.DataFrame:
    rows = resources["lake"].read_range(table, "origin", FIRST, LAST).drop_columns(["generated_at"])
    return rows.to_pandas().sort_values(["origin", key], ignore_index=True)


def test_every_origin_has_its_suppliers_and_the_portfolio_and_every_item_its_demand(resources: dict[str, Any]) -> None:
    run(resources, FIRST, LAST)
    suppliers = written(resources, "supplier_lead_times", "supplier_id")
    assert list(suppliers["supplier_id"]) == ["ALL", "FAST", "SLOW"] * 3
    last = suppliers[suppliers["origin"] == LAST].set_index("supplier_id")
    assert last.loc["FAST", "p50_days"] == pytest.approx(5, rel=0.15)
    assert last.loc["SLOW", "p50_days"] == pytest.approx(30, rel=0.15)
    lines = last["lines"].to_dict()
    assert lines["ALL"] == lines["FAST"] + lines["SLOW"]
    assert (last["basis"] == "requested_to_received").all()

    demand = written(resources, "lead_time_demand", "item_id").set_index(["origin", "item_id"])
    assert len(demand) == 3 * len(ITEMS)
    of_last = demand.loc[LAST]
    assert of_last["supplier_id"].fillna("").to_dict() == {"000001": "FAST", "000002": "SLOW", "NEVER1": ""}
    # Never bought: the lead time of a supplier never seen, which says less than that of either.
    assert of_last.loc["NEVER1", "lead_time_mean_days"] == pytest.approx(last.loc["ALL", "mean_days"], rel=0.02)
    days = of_last["lead_time_mean_days"]
    np.testing.assert_allclose(of_last["expected_demand"], [*ITEMS.values()] * (days + 7) / 7, rtol=1e-6)
    np.testing.assert_allclose(of_last["lead_time_demand"], [*ITEMS.values()] * days / 7, rtol=1e-6)
    quantiles = np.stack(of_last["quantiles"].to_list())
    assert quantiles.shape == (3, 99)
    np.testing.assert_array_equal(quantiles[:, 94], of_last["q95"])


def test_a_range_in_one_run_equals_its_origins_one_by_one_and_again(resources: dict[str, Any]) -> None:
    run(resources, FIRST, LAST)
    tables = {"supplier_lead_times": "supplier_id", "lead_time_demand": "item_id"}
    at_once = {table: written(resources, table, key) for table, key in tables.items()}
    for origin in ORIGINS:
        run(resources, origin, origin)
    for table, key in tables.items():
        pd.testing.assert_frame_equal(written(resources, table, key), at_once[table])


def test_a_run_says_of_each_origin_what_it_rests_on(resources: dict[str, Any]) -> None:
    events = run(resources, FIRST, FIRST).get_asset_materialization_events()
    said: dict[str, dict[str, Any]] = {
        event.materialization.asset_key.path[-1]: {
            name: entry.value for name, entry in event.materialization.metadata.items()
        }
        for event in events
    }
    assert said["supplier_lead_times"]["data_versions"] == {"core.fact_purchase_lines": 7, "core.dim_item": 7}
    assert said["supplier_lead_times"]["basis"] == "requested_to_received"
    assert said["lead_time_demand"]["items_without_supplier"] == 1
    assert said["lead_time_demand"]["dagster/partition_row_count"] == len(ITEMS)


def test_another_review_period_is_another_version_and_more_demand(
    resources: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(resources, FIRST, FIRST)
    weekly = written(resources, "lead_time_demand", "item_id")
    monkeypatch.setenv("NOVA_REVIEW_PERIOD_DAYS", "14")
    run(resources, FIRST, FIRST)
    fortnightly = written(resources, "lead_time_demand", "item_id")
    assert set(weekly["model_version"]).isdisjoint(fortnightly["model_version"])
    np.testing.assert_allclose(fortnightly["expected_demand"] - weekly["expected_demand"], [*ITEMS.values()])


def test_origins_that_purchases_do_not_reach_have_no_rows(resources: dict[str, Any]) -> None:
    early, late = date(2019, 1, 7), date(2027, 1, 4)
    for origin in (early, late):
        run(resources, origin, origin)
        for table in ("supplier_lead_times", "lead_time_demand"):
            assert resources["lake"].read_range(table, "origin", origin, origin).num_rows == 0


def test_an_item_without_the_demand_of_all_weeks_is_refused(resources: dict[str, Any]) -> None:
    run(resources, FIRST, FIRST)
    lake: Lake = resources["lake"]
    holed = summed_demand(FIRST, "ensemble").filter(
        (pc.field("item_id") != "000002") | (pc.field("weeks") != SUMMED_WEEKS[2])
    )
    lake.write_range("summed_demand", holed, "origin", FIRST, FIRST, {"model": ["ensemble"]})
    lines = purchase_lines().to_pandas(date_as_object=False)
    with pytest.raises(IncompleteSummedDemandError, match="17 rows"):
        origin_rows(FIRST, lake, lines, 7, pd.Timestamp.now("UTC").to_pydatetime())
