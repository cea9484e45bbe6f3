"""The way from a workbook to the KPIs, against independent counts in plain Python."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import psycopg
import pyarrow as pa
import pytest

from nova_assets import registry
from nova_assets.extracts.workbook.lines import PurchaseLine, repair
from nova_assets.extracts.workbook.sheets import read_workbook
from nova_assets.materialize import DIMENSIONS, MaterializationError, Stage, data_range, stages
from nova_assets.partitions import WEEK, Window, monday
from nova_assets.registry.analytics import FACT_FORECASTS, FORECAST_ACCURACY
from nova_assets.resources.lake import Lake
from nova_local.demo_workbook import Truth, write_demo_workbook
from tests.support.pipeline import Pipeline
from tests.support.quality import check_flags_and_page
from tests.support.workbooks import write_workbook


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The small demo workbook and what was put into it."""
    path = tmp_path_factory.mktemp("demo") / "demo.xlsx"
    return path, write_demo_workbook(path)


def test_the_demo_workbook_becomes_facts_profiles_and_kpis_that_agree_with_an_independent_count(
    pipeline: Pipeline, demo: tuple[Path, Truth]
):
    path, truth = demo
    pipeline.load(path)
    lines = [line for line in repair(read_workbook(path), date.today()).lines if line.status == "kept"]

    assert pipeline.one("SELECT count(*) FROM staging.workbook_lines") == truth.lines
    assert pipeline.one("SELECT count(*) FROM core.dim_item") == truth.items
    assert pipeline.one("SELECT count(*) FROM core.fact_purchase_lines") == len(lines)

    demand: dict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    for line in lines:
        if not line.is_service:
            day = min(line.requested_on, line.ordered_on or line.requested_on)
            demand[line.item_id, line.site_id, day] += line.quantity
    stored = pipeline.rows("SELECT item_id, site_id, date, demand FROM core.fact_demand_daily")
    assert {(row["item_id"], row["site_id"], row["date"]): row["demand"] for row in stored} == demand

    check_weeks_and_profiles(pipeline, demand, max(line.requested_on for line in lines))
    check_kpis(pipeline, lines)
    check_flags_and_page(pipeline)


def check_weeks_and_profiles(
    pipeline: Pipeline, demand: Mapping[tuple[str, str, date], Decimal], data_end: date
) -> None:
    """Weekly grid and demand classes against a few lines of Python (definitions: Syntetos, Boylan & Croston 2005)."""
    weekly: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (item, _, day), quantity in demand.items():
        weekly[item][monday(day)] += quantity
    last_week = monday(data_end + timedelta(days=1)) - WEEK
    grid = {
        (item, week): weeks[week] for item, weeks in weekly.items() for week in weeks_between(min(weeks), last_week)
    }
    stored = pipeline.rows("SELECT item_id, week, demand FROM analytics.features_demand_weekly")
    assert {(row["item_id"], row["week"]): row["demand"] for row in stored} == grid

    for origin in (last_week + WEEK, last_week - 4 * WEEK):
        for row in pipeline.rows("SELECT * FROM analytics.features_demand_profile WHERE origin = %s", origin):
            sizes = [
                float(grid[row["item_id"], week]) for week in weeks_between(min(weekly[row["item_id"]]), origin - WEEK)
            ]
            nonzero = [size for size in sizes if size]
            adi = len(sizes) / len(nonzero)
            cv2 = (statistics.stdev(nonzero) / statistics.mean(nonzero)) ** 2 if len(nonzero) > 1 else None
            assert row["adi"] == pytest.approx(adi)
            assert row["cv2"] == (None if cv2 is None else pytest.approx(cv2))
            assert row["demand_class"] == demand_class(adi, cv2)


def weeks_between(first: date, last: date) -> list[date]:
    return [first + n * WEEK for n in range((last - first).days // 7 + 1)]


def demand_class(adi: float, cv2: float | None) -> str | None:
    if cv2 is None:
        return None
    return {(True, True): "smooth", (True, False): "erratic", (False, True): "intermittent", (False, False): "lumpy"}[
        adi < 1.32, cv2 < 0.49
    ]


def check_kpis(pipeline: Pipeline, lines: list) -> None:
    figures = {row["kpi"]: row for row in pipeline.rows("SELECT * FROM analytics.mv_kpi_summary")}
    materials = [line for line in lines if not line.is_service]
    last_day = max(line.requested_on for line in lines)
    regular = [line for line in materials if not (line.ordered_on and line.ordered_on < line.requested_on)]
    waits = [(line.ordered_on - line.requested_on).days for line in regular if line.ordered_on]
    assert figures["lead_time_median_days"]["value"] == statistics.median(waits)
    year = [line for line in materials if line.requested_on > last_day - 52 * WEEK]
    assert figures["after_the_fact_rate"]["value"] == pytest.approx(
        1 - sum(line in regular for line in year) / len(year)
    )
    assert figures["requests_open"]["value"] == sum(is_open(line, last_day) for line in regular)
    assert figures["request_lines_28d"]["value"] == sum(line.requested_on > last_day - 4 * WEEK for line in materials)
    for kpi, reason in (
        ("stock_value_brl", "stock_not_in_source"),
        ("stockout_rate", "stock_not_in_source"),
        ("fill_rate_lines", "stock_not_in_source"),
        ("turnover", "stock_not_in_source"),
        ("received_share", "receipts_not_in_source"),
        ("on_time_rate", "receipts_not_in_source"),
        ("forecast_wape", "no_forecast_week_has_ended"),
    ):
        assert (figures[kpi]["value"], figures[kpi]["reason"]) == (None, reason)

    open_lines = pipeline.rows(
        "SELECT date, sum(open_lines) AS lines FROM analytics.mv_requests_open_daily GROUP BY date"
    )
    day = sorted(row["date"] for row in open_lines)[len(open_lines) // 2]
    expected = sum(line.requested_on <= day and is_open(line, day) for line in regular)
    assert {row["date"]: row["lines"] for row in open_lines}[day] == expected


def is_open(line: PurchaseLine, day: date) -> bool:
    """Not ordered by the end of `day`; a mistyped date of purchase is a purchase all the same."""
    if line.ordered_on is None:
        return "order_date_implausible" not in line.repairs
    return line.ordered_on > day


def test_a_second_load_of_the_same_workbook_changes_no_version(pipeline: Pipeline, demo: tuple[Path, Truth]):
    pipeline.load(demo[0])
    versions = (
        "SELECT dataset, version FROM support.dataset_versions WHERE dataset NOT LIKE 'analytics.mv%%' ORDER BY 1"
    )
    before = pipeline.rows(versions)
    pipeline.load(demo[0])
    assert pipeline.rows(versions) == before


def test_another_workbook_replaces_all_days_of_the_one_before(
    pipeline: Pipeline, demo: tuple[Path, Truth], tmp_path: Path
):
    pipeline.load(demo[0])
    pipeline.accept_drift = "all"
    pipeline.load(write_workbook(tmp_path / "small.xlsx", [{}, {"quantidade": 3}]))
    assert pipeline.rows("SELECT item_id, sum(demand) AS demand FROM core.fact_demand_daily GROUP BY 1") == [
        {"item_id": "010825", "demand": 13}
    ]
    assert pipeline.one("SELECT count(*) FROM analytics.mv_item_overview") == 1


@pytest.mark.parametrize(
    ("workbook", "message"),
    [({"lines": []}, "a header and no lines"), ({"sheets": ("Plan1",)}, "has no sheet"), (None, "no file")],
)
def test_a_bad_file_fails_with_a_clear_message_and_the_previous_data_stay_served(
    pipeline: Pipeline, tmp_path: Path, workbook, message
):
    pipeline.load(write_workbook(tmp_path / "good.xlsx"))
    bad = write_workbook(tmp_path / "bad.xlsx", **workbook) if workbook else tmp_path / "absent.xlsx"
    with pytest.raises(MaterializationError, match=message):
        pipeline.extract(bad)
    assert pipeline.one("SELECT count(*) FROM staging.workbook_lines") == 1
    assert pipeline.one("SELECT count(*) FROM analytics.mv_item_overview") == 1


def test_a_workbook_without_one_usable_line_is_refused_with_where_to_look(pipeline: Pipeline, tmp_path: Path):
    pipeline.extract(write_workbook(tmp_path / "bad.xlsx", [{"quantidade": 0}]))
    with pytest.raises(MaterializationError, match="rejected_rows"):
        data_range(pipeline.warehouse)


def test_a_check_that_fails_is_red_in_dagster_and_stops_what_is_downstream(pipeline: Pipeline, tmp_path: Path):
    pipeline.load(write_workbook(tmp_path / "good.xlsx"))
    with psycopg.connect(pipeline.database.admin_url, autocommit=True) as connection:
        connection.execute("UPDATE staging.purchase_lines SET quantity = -1")
    facts = next(stage for stage in stages(data_range(pipeline.warehouse)) if stage.name == "facts")
    with pytest.raises(MaterializationError, match="within_bounds"):
        pipeline.run(facts)
    assert pipeline.one("SELECT sum(demand) FROM core.fact_demand_daily") == 10
    key = dg.AssetCheckKey(dg.AssetKey(["core", "fact_demand_daily"]), "within_bounds")
    latest = pipeline.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    assert latest[key].status.value == "FAILED"


def test_a_year_of_core_is_one_run_with_the_rows_of_each_day(pipeline: Pipeline, demo: tuple[Path, Truth]):
    pipeline.extract(demo[0])
    pipeline.run(DIMENSIONS)
    days = Window(date(2024, 11, 1), date(2025, 10, 31))
    runs_before = pipeline.instance.get_runs_count()
    pipeline.run(Stage("backfill", ["core.fact_demand_daily", "core.fact_purchase_lines"], days.first, days.last))
    assert pipeline.instance.get_runs_count() == runs_before + 1
    events = pipeline.instance.fetch_materializations(dg.AssetKey(["core", "fact_demand_daily"]), limit=1000).records
    counted = {
        record.partition_key: record.asset_materialization.metadata["dagster/partition_row_count"].value
        for record in events
        if record.asset_materialization
    }
    assert len(counted) == 365
    stored = pipeline.rows("SELECT date::text AS day, count(*) AS rows FROM core.fact_demand_daily GROUP BY date")
    assert {day: rows for day, rows in counted.items() if rows} == {row["day"]: row["rows"] for row in stored}


def test_forecasts_are_loaded_from_the_lake_and_scored_against_what_happened(pipeline: Pipeline, tmp_path: Path):
    weeks = [date(2025, 3, 3) + n * WEEK for n in range(4)]
    lines = [
        {"data_solicitado": week, "data_de_compra": None, "quantidade": 10, "solicitacao": n}
        for n, week in enumerate(weeks)
    ]
    pipeline.load(
        write_workbook(
            tmp_path / "w.xlsx",
            [*lines, lines[0] | {"data_solicitado": weeks[-1] + timedelta(days=6), "solicitacao": 9}],
        )
    )
    origin = weeks[2]
    write_forecast(pipeline.lake, origin, expected=5.0)
    pipeline.run(Stage("load", [FACT_FORECASTS.relation], origin, origin))
    pipeline.run(Stage("KPIs", ["analytics.mv_forecast_accuracy", "analytics.mv_item_overview"]))
    loaded = pipeline.rows("SELECT model, confidence_interval, served FROM analytics.fact_forecasts")
    interval = {"q05": 1, "q10": 2, "q50": 5, "q80": 7, "q90": 8, "q95": 9, "q99": 10}
    assert loaded == [{"model": "ensemble", "confidence_interval": interval, "served": True}] * 2
    # Weeks 3 and 4 brought 10 and 20; both forecasts said 5.
    scored = pipeline.rows(
        "SELECT wape, bias, coverage_q95, pinball_q90 FROM analytics.mv_forecast_accuracy"
        " WHERE model = 'served' AND demand_class = 'all' AND horizon_weeks = 0"
    )
    assert scored == [
        {
            "wape": pytest.approx(20 / 30),
            "bias": pytest.approx(-20 / 30),
            "coverage_q95": 0,
            "pinball_q90": pytest.approx((0.9 * 2 + 0.9 * 12) / 30),
        }
    ]
    assert pipeline.one("SELECT forecast_4w FROM analytics.mv_item_overview") == 10


def test_accuracy_and_standings_are_loaded_as_the_lake_has_them(pipeline: Pipeline):
    origin = date(2025, 3, 3)
    accuracy = {
        **{column.name: 0.5 for column in FORECAST_ACCURACY.columns if column.type == "double precision"},
        "origin": origin,
        "model": "ensemble",
        "segment_kind": "family",
        "segment": "CABOS, FIOS",
        "model_version": "v",
        "weeks": 4,
        "items": 3,
        "items_compared": 2,
        "mase": None,
        "pit_histogram": [0.25, 2.75, *[0.0] * 8],
    }
    standing = {"origin": origin, "model": "tsb", "loss": None, "weight": 0.0, "reason": "out: it said nothing, yet"}
    for name, row in (("forecast_accuracy", accuracy), ("ensemble_standings", standing)):
        pipeline.lake.write_range(name, pa.Table.from_pylist([row], schema_of(name)), "origin", origin, origin)
        pipeline.run(Stage("load", [f"analytics.{name}"], origin, origin))
    assert pipeline.rows("SELECT * FROM analytics.forecast_accuracy") == [accuracy]
    assert pipeline.rows("SELECT * FROM analytics.ensemble_standings") == [standing]
    lost = {**accuracy, "coverage_q95": 1.5}
    table = pa.Table.from_pylist([lost], schema_of("forecast_accuracy"))
    pipeline.lake.write_range("forecast_accuracy", table, "origin", origin, origin)
    with pytest.raises(MaterializationError, match="within_bounds"):
        pipeline.run(Stage("load", ["analytics.forecast_accuracy"], origin, origin))
    assert pipeline.one("SELECT coverage_q95 FROM analytics.forecast_accuracy") == 0.5


def schema_of(name: str) -> pa.Schema:
    """The lake's schema of a table, from its entry in the registry."""
    types = {"text": pa.string(), "date": pa.date32(), "integer": pa.int32(), "bigint": pa.int64()}
    types |= {"double precision": pa.float64(), "double precision[]": pa.list_(pa.float64())}
    return pa.schema([(column.name, types[column.type]) for column in registry.table(f"lake.{name}").columns])


def write_forecast(lake: Lake, origin: date, expected: float) -> None:
    """Two weeks of a forecast for the one item of the test's workbook: the ensemble's, and a model's that stays."""
    weeks = [origin, origin + WEEK]
    quantiles = {"q05": 1.0, "q10": 2.0, "q50": expected, "q80": 7.0, "q90": 8.0, "q95": 9.0, "q99": 10.0}
    constant = {"item_id": "010825", "site_id": "ALL", "model_version": "v", "run_seconds": 0.1}
    rows = pa.table(
        {
            "origin": pa.array([origin] * 2, pa.date32()),
            "forecast_date": pa.array(weeks, pa.date32()),
            "forecast_value": pa.array([expected] * 2),
            "generated_at": pa.array([0, 0], pa.timestamp("us", tz="UTC")),
            **{name: pa.array([value] * 2) for name, value in {**constant, **quantiles}.items()},
        }
    )
    for model in ("ensemble", "tsb"):
        said = rows.append_column("model", pa.array([model] * 2))
        lake.write_range("forecasts", said, "origin", origin, origin, within={"model": [model]})


@pytest.mark.real_data
def test_the_real_workbook_is_accounted_for_row_by_row(pipeline: Pipeline, shared_data: Path):
    pipeline.load(shared_data / "erp" / "dadosSuprimentos.xlsx")
    counts = pipeline.rows(
        """
        SELECT
            (SELECT count(*) FROM staging.workbook_lines) AS read,
            (SELECT count(*) FROM core.fact_purchase_lines) AS kept,
            (SELECT count(*) FROM staging.purchase_lines WHERE status = 'merged') AS merged,
            (SELECT count(*) FROM support.rejected_rows) AS rejected,
            (SELECT count(*) FROM staging.purchase_lines WHERE ordered_on < requested_on) AS after_the_fact,
            (SELECT count(*) FROM staging.purchase_lines WHERE 'order_date_implausible' = ANY (repairs)) AS mistyped,
            (SELECT count(*) FROM staging.purchase_lines WHERE 'site_missing' = ANY (repairs)) AS without_site
        """
    )[0]
    assert counts["read"] == counts["kept"] + counts["merged"] + counts["rejected"] == 4207
    # As counted beforehand: 19 lines without dates, 275 purchases before the request, of which one by 941 days.
    assert counts["rejected"] == 19
    assert (counts["after_the_fact"], counts["mistyped"]) == (274, 1)
    # Unusual quantities are a small share of the 3,124 demands: six thousand metres of wire, 35 boots.
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_anomalies") == 15
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_daily") == 3124
    open_requests = pipeline.rows("SELECT value, reason FROM analytics.mv_kpi_summary WHERE kpi = 'requests_open'")
    assert open_requests == [{"value": None, "reason": "open_requests_not_in_source"}]
