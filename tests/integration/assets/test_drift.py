"""Row-count drift on a real warehouse: a source that answers with a tenth of its rows replaces nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from nova_assets.checks import CheckResult
from nova_assets.drift import ACCEPT_TAG
from nova_assets.materialize import MaterializationError
from nova_assets.partitions import Window
from nova_assets.publication import PublicationError, Published
from nova_assets.registry.erp import REQUISITIONS, SUPPLIERS
from nova_assets.resources.warehouse import Warehouse
from tests.support.pipeline import Pipeline
from tests.support.workbooks import write_workbook

FIRST = date(2025, 1, 6)
DAYS = 84
ALL_DAYS = Window(FIRST, FIRST + timedelta(days=DAYS - 1))


@pytest.fixture(autouse=True)
def from_an_erp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVA_SOURCE", "erp")


def requisitions(days: Iterable[int], rows_per_day: int) -> pa.Table:
    """Rows of staging.erp_requisitions on days counted from FIRST; none on Sundays."""
    rows = [
        {"record_id": day * 100 + n, "requested_on": FIRST + timedelta(days=day), "line_no": str(n)}
        for day in days
        for n in range(rows_per_day)
        if day % 7 != 6
    ]
    made = pa.table(
        {
            "record_id": pa.array([row["record_id"] for row in rows], pa.int64()),
            "requested_on": pa.array([row["requested_on"] for row in rows], pa.date32()),
            "line_no": pa.array([row["line_no"] for row in rows], pa.string()),
        }
    )
    for name in ("requisition_id", "item_id", "site_id", "quantity"):
        made = made.append_column(name, pa.array(["1"] * len(rows), pa.string()))
    return made


def warned(published: Published) -> list[CheckResult]:
    return [result for result in published.checks if not result.passed]


def load(warehouse: Warehouse, days: range, rows_per_day: int) -> Published:
    window = Window(FIRST + timedelta(days=days[0]), FIRST + timedelta(days=days[-1]))
    return warehouse.replace_range(REQUISITIONS, window, requisitions(days, rows_per_day))


def test_a_tenth_of_the_rows_of_the_same_days_is_refused_and_recorded(warehouse: Warehouse):
    load(warehouse, range(DAYS), 10)
    with pytest.raises(PublicationError, match=r"staging\.erp_requisitions: rows_are_not_lost") as refused:
        load(warehouse, range(DAYS), 1)
    assert f"{ACCEPT_TAG}=staging.erp_requisitions" in str(refused.value)
    with warehouse.connect() as connection:
        assert connection.execute("SELECT count(*) FROM staging.erp_requisitions").fetchone() == (720,)
        [(rows, former_rows, checks)] = connection.execute(
            "SELECT rows, former_rows, checks FROM support.publications WHERE version IS NULL"
        ).fetchall()
    assert (rows, former_rows) == (72, 720)
    [lost] = [check for check in checks if check["name"] == "rows_are_not_lost"]
    assert lost["offending_rows"] == 648
    assert lost["examples"][0]["change"] == "-90%"


def test_an_ordinary_reload_of_a_window_with_late_rows_and_new_days_passes(warehouse: Warehouse):
    load(warehouse, range(70), 10)
    again = load(warehouse, range(40, 77), 11)
    assert warned(again) == []


def test_a_window_that_was_empty_stays_so_without_a_word(warehouse: Warehouse):
    load(warehouse, range(60), 10)
    assert warned(load(warehouse, range(60, DAYS), 0)) == []


def test_the_first_load_and_days_before_the_first_have_nothing_to_be_measured_by(warehouse: Warehouse):
    assert warned(load(warehouse, range(70, DAYS), 30)) == []
    assert warned(load(warehouse, range(70), 1)) == []


def test_new_days_far_below_the_level_of_their_weekdays_are_published_with_a_warning(warehouse: Warehouse):
    load(warehouse, range(63), 20)
    steady = load(warehouse, range(63, 70), 18)
    assert warned(steady) == []
    quiet = load(warehouse, range(70, 77), 2)
    [result] = warned(quiet)
    assert (result.name, quiet.rows) == ("row_count_is_steady", 12)
    assert str(result.examples[0]["compared"]).startswith("new days, 2025-03-16 to 2025-03-22")
    assert 110 < result.examples[0]["former_rows"] <= 120


def test_many_more_rows_than_before_warn(warehouse: Warehouse):
    load(warehouse, range(DAYS), 10)
    assert [result.name for result in warned(load(warehouse, range(DAYS), 20))] == ["row_count_is_steady"]


def test_a_whole_table_that_would_become_empty_is_refused_unless_another_source_is_in_use(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
):
    suppliers = pa.table(
        {
            "record_id": pa.array(range(30), pa.int64()),
            "supplier_id": [str(n) for n in range(30)],
            "supplier_name": ["one"] * 30,
            "blocked": [False] * 30,
        }
    )
    warehouse.replace_range(SUPPLIERS, None, suppliers)
    with pytest.raises(PublicationError, match="rows_are_not_lost"):
        warehouse.replace_range(SUPPLIERS, None, suppliers.slice(0, 0))
    monkeypatch.setenv("NOVA_SOURCE", "workbook")
    assert warehouse.replace_range(SUPPLIERS, None, suppliers.slice(0, 0)).total_rows == 0


def test_a_workbook_with_a_tenth_of_the_lines_is_loaded_only_by_a_run_that_accepts_it(
    pipeline: Pipeline, tmp_path: Path
):
    lines = [{"solicitacao": n, "data_solicitado": FIRST + timedelta(days=n % DAYS)} for n in range(300)]
    pipeline.read_from("")
    pipeline.load(write_workbook(tmp_path / "all.xlsx", lines))
    few = write_workbook(tmp_path / "few.xlsx", lines[:30])
    for accepted in (None, "staging.workbook_lines"):
        pipeline.accept_drift = accepted
        with pytest.raises(MaterializationError, match=r"staging\.purchase_lines: rows_are_not_lost"):
            pipeline.extract(few)
        assert pipeline.one("SELECT count(*) FROM staging.purchase_lines") == 300
    pipeline.accept_drift = "all"
    pipeline.load(few)
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_daily") == 30
    key = dg.AssetCheckKey(dg.AssetKey(["staging", "purchase_lines"]), "rows_are_not_lost")
    records = pipeline.instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
    evaluation = records[key].event.dagster_event.event_specific_data  # pyright: ignore[reportOptionalMemberAccess]
    assert isinstance(evaluation, dg.AssetCheckEvaluation)
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert evaluation.metadata["offending_rows"].value == 270
    assert "Accepted for this run" in (evaluation.description or "")
