"""Lead times and the demand over them come from the lake into PostgreSQL, checked."""

from __future__ import annotations

from datetime import date

import psycopg
import pyarrow as pa
import pytest

from nova_assets.materialize import RefusedError, Stage
from nova_assets.registry.lead_times import LEAD_TIME_DEMAND, SUPPLIER_LEAD_TIMES, TABLES
from nova_assets.resources.lake import Lake
from tests.support.pipeline import Pipeline

FIRST, LAST = date(2025, 3, 3), date(2025, 3, 10)
ORIGINS = (FIRST, LAST)
QUANTILES = [round(level / 2, 4) for level in range(1, 100)]
NAMED = {f"q{level:02}": QUANTILES[level - 1] for level in (5, 10, 50, 80, 90, 95, 99)}
MADE = {"model_version": "v", "generated_at": 0}
INSTANT = pa.timestamp("us", tz="UTC")
TYPES = {"date": pa.date32(), "integer": pa.int32(), "text": pa.string(), "timestamptz": INSTANT}
TYPES |= {"double precision": pa.float64(), "double precision[]": pa.list_(pa.float64())}


def supplier_row(origin: date, supplier: str) -> dict[str, object]:
    days = {"mean_days": 9.5, "p50_days": 8.0, "p90_days": 20.0, "p95_days": 25.0}
    counts = {"lines": 12, "excluded_lines": 1, "open_lines": 2}
    shape = {"mu": 2.1, "sigma": 0.7, "mean_weight": 0.8, "variance_weight": 0.3}
    return {
        "origin": origin,
        "supplier_id": supplier,
        "basis": "requested_to_received",
        **counts,
        **shape,
        **days,
        **MADE,
    }


def demand_row(origin: date, **other: object) -> dict[str, object]:
    days = {"lead_time_mean_days": 9.5, "lead_time_p90_days": 20.0, "review_period_days": 7}
    demand = {"lead_time_demand": 14.0, "expected_demand": 25.0, **NAMED, "quantiles": QUANTILES, "beyond_share": 0.01}
    item = {"item_id": "000001", "site_id": "ALL", "supplier_id": None, "supplier_lines": 0}
    return {"origin": origin, **item, "basis": "requested_to_received", **days, **demand, **MADE, **other}


def write(lake: Lake, suppliers: list[dict[str, object]], demand: list[dict[str, object]]) -> None:
    for table, rows in ((SUPPLIER_LEAD_TIMES, suppliers), (LEAD_TIME_DEMAND, demand)):
        schema = pa.schema([(column.name, TYPES[column.type]) for column in table.columns])
        lake.write_range(table.name, pa.Table.from_pylist(rows, schema), "origin", FIRST, LAST)


@pytest.fixture
def with_item(pipeline: Pipeline) -> Pipeline:
    with psycopg.connect(pipeline.database.admin_url) as connection:
        connection.execute(
            "INSERT INTO core.dim_item (item_id, item_name, family, category, unit, is_service, active, attributes)"
            " VALUES ('000001', 'Cable', 'CABLES', 'MATERIAL', 'M', false, true, '{}')"
        )
    suppliers = [supplier_row(origin, name) for origin in ORIGINS for name in ("000007-01", "ALL")]
    write(pipeline.lake, suppliers, [demand_row(origin) for origin in ORIGINS])
    return pipeline


LOAD = Stage("lead times", [table.relation for table in TABLES], FIRST, LAST)


def test_a_range_of_origins_is_loaded_with_its_quantiles_as_an_array(with_item: Pipeline):
    assert with_item.run(LOAD) == 6
    loaded = with_item.rows("SELECT * FROM analytics.lead_time_demand ORDER BY origin")
    assert [row["origin"] for row in loaded] == list(ORIGINS)
    assert loaded[0]["quantiles"] == QUANTILES
    assert (loaded[0]["q95"], loaded[0]["supplier_id"]) == (47.5, None)
    suppliers = with_item.rows("SELECT * FROM analytics.supplier_lead_times ORDER BY origin, supplier_id")
    assert [row["supplier_id"] for row in suppliers] == ["000007-01", "ALL"] * 2
    assert suppliers[0]["p95_days"] == 25.0
    # The same rows again write nothing, and caches stay valid.
    versions = with_item.rows("SELECT dataset, version FROM support.dataset_versions ORDER BY dataset")
    with_item.run(LOAD)
    assert with_item.rows("SELECT dataset, version FROM support.dataset_versions ORDER BY dataset") == versions


def test_origins_that_the_lake_does_not_hold_become_empty(with_item: Pipeline):
    with_item.run(LOAD)
    schema = pa.schema([(column.name, TYPES[column.type]) for column in LEAD_TIME_DEMAND.columns])
    with_item.lake.write_range(LEAD_TIME_DEMAND.name, schema.empty_table(), "origin", LAST, LAST)
    with_item.run(LOAD)
    assert with_item.rows("SELECT origin FROM analytics.lead_time_demand") == [{"origin": FIRST}]


@pytest.mark.parametrize(
    "broken",
    [{"q95": 1.0}, {"quantiles": QUANTILES[:98]}, {"item_id": "999999"}, {"expected_demand": float("nan")}],
    ids=["not rising", "one missing", "unknown item", "no number"],
)
def test_demand_that_breaks_a_rule_is_refused(with_item: Pipeline, broken: dict[str, object]):
    suppliers = [supplier_row(origin, "ALL") for origin in ORIGINS]
    write(with_item.lake, suppliers, [demand_row(FIRST), demand_row(LAST, **broken)])
    with pytest.raises(RefusedError):
        with_item.run(LOAD)
    assert with_item.one("SELECT count(*) FROM analytics.lead_time_demand") == 0


def test_an_origin_without_a_lead_time_for_new_suppliers_is_refused(with_item: Pipeline):
    write(with_item.lake, [supplier_row(FIRST, "ALL"), supplier_row(LAST, "000007-01")], [])
    with pytest.raises(RefusedError, match="one row of ALL"):
        with_item.run(LOAD)
