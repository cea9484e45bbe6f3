"""Backfills, failed ranges and housekeeping against a real warehouse and a real Dagster instance."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from nova_assets import failures as command
from nova_assets.backfill import BackfillError, asked_days, asset_stage, days_stage, downstream_stages, parser
from nova_assets.backfill import main as backfill
from nova_assets.backfill import stages as backfill_stages
from nova_assets.materialize import erp_span
from nova_assets.operations.event_log_retention import Age, event_log_retention
from nova_assets.operations.failures import FailedRange, failed_ranges, failed_ranges_asset
from nova_assets.operations.month_partitions import month_after, month_partitions
from nova_assets.partitions import Window, today
from nova_assets.registry.core import FACT_DEMAND_DAILY
from nova_assets.settings import PROJECT_ROOT
from nova_local.embedded import Services
from tests.conftest import Database
from tests.support.pipeline import Pipeline
from tests.support.workbooks import write_workbook

DEMAND = FACT_DEMAND_DAILY.relation
MARCH = Window(date(2025, 3, 1), date(2025, 3, 20))


@pytest.fixture
def pipeline(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The pipeline with a workbook of one request, and Dagster's state in a folder of the test."""
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    monkeypatch.setenv("DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS", "true")
    monkeypatch.setenv("DATABASE_URL", database.pipeline_url)
    pipeline = Pipeline(database, tmp_path, monkeypatch)
    with dg.DagsterInstance.get() as instance:
        pipeline.instance = instance
        pipeline.load(write_workbook(tmp_path / "good.xlsx"))
        yield pipeline


def left(pipeline: Pipeline) -> list[FailedRange]:
    return failed_ranges(pipeline.instance, datetime.now(UTC))


def plant_failure(pipeline: Pipeline, quantity: int) -> None:
    with psycopg.connect(pipeline.database.admin_url, autocommit=True) as connection:
        connection.execute("UPDATE staging.purchase_lines SET quantity = %s", [quantity])


def test_days_are_made_anew_from_the_source_to_the_kpis_in_one_run(pipeline: Pipeline):
    plant_failure(pipeline, 77)
    before = pipeline.instance.get_runs_count()
    assert backfill(["--from", "2025-03-01", "--to", "2025-03-20"]) == 0
    assert pipeline.instance.get_runs_count() == before + 1
    assert pipeline.one("SELECT sum(demand) FROM core.fact_demand_daily") == 10
    assert pipeline.one("SELECT sum(quantity) FROM staging.purchase_lines") == 10
    run = pipeline.instance.get_runs(limit=1)[0]
    assert run.tags["dagster/asset_partition_range_end"] == "2025-03-20"


def test_days_of_an_erp_are_made_anew_with_its_masters_and_nothing_changes_when_nothing_changed(
    pipeline_on_loaded_erp: Pipeline,
):
    pipeline = pipeline_on_loaded_erp
    versions = (
        "SELECT dataset, version FROM support.dataset_versions WHERE dataset LIKE 'core.%%'"
        " OR dataset LIKE 'staging.erp%%' ORDER BY 1"
    )
    before = pipeline.rows(versions)
    last = erp_span(pipeline.erp).last
    pipeline.run(days_stage(Window(last - timedelta(days=13), last)))
    after = {row["dataset"]: row["version"] for row in pipeline.rows(versions)}
    assert after.pop("core.fact_external_daily") == 1
    assert after == {row["dataset"]: row["version"] for row in before}


def test_the_jobs_of_the_nightly_schedules_run_over_days_with_what_has_none(pipeline: Pipeline):
    pipeline.monkeypatch.setenv("NOVA_EXTERNAL", "simulated")
    for name in ("public_data", "nightly_facts"):
        result = pipeline.repository.get_job(name).execute_in_process(
            instance=pipeline.instance, tags=days_stage(MARCH).tags, raise_on_error=False
        )
        assert result.success, name
    assert pipeline.one("SELECT count(DISTINCT date) FROM core.fact_external_daily WHERE source = 'bcb_sgs'") > 15
    assert pipeline.one("SELECT sum(demand) FROM core.fact_demand_daily") == 10


def test_a_failed_range_is_listed_with_the_command_that_makes_it_anew_until_that_has_run(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
):
    assert left(pipeline) == []
    plant_failure(pipeline, -1)
    assert backfill(["--asset", DEMAND, "--from", "2025-03-01", "--to", "2025-03-20"]) == 1
    [failed] = left(pipeline)
    assert (failed.relation, failed.first, failed.last) == (DEMAND, MARCH.first, MARCH.last)
    assert failed.command == f"nova backfill --asset {DEMAND} --from 2025-03-01 --to 2025-03-20"

    reported = dg.materialize([failed_ranges_asset], instance=pipeline.instance)
    [check] = reported.get_asset_check_evaluations()
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert failed.command in str(reported.asset_materializations_for_node("operations__failed_ranges")[0].metadata)

    plant_failure(pipeline, 10)
    assert backfill(["--asset", DEMAND, "--from", "2025-03-05", "--to", "2025-03-06"]) == 0
    assert [(one.first, one.last) for one in left(pipeline)] == [
        (date(2025, 3, 1), date(2025, 3, 4)),
        (date(2025, 3, 7), date(2025, 3, 20)),
    ]
    capsys.readouterr()
    assert backfill(failed.command.split()[2:]) == 0
    assert left(pipeline) == []


def test_assets_without_partitions_are_listed_too(pipeline: Pipeline, tmp_path: Path):
    bad = tmp_path / "bad.xlsx"
    bad.write_text("not a workbook", encoding="utf-8")
    pipeline.monkeypatch.setenv("ERP_WORKBOOK", str(bad))
    assert backfill(["--asset", "staging.purchase_lines"]) == 1
    assert "nova backfill --asset staging.purchase_lines" in [one.command for one in left(pipeline)]


def test_the_command_for_failed_ranges_says_when_there_are_none(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.argv", ["failures"])
    assert command.main() == 0
    assert "No range is left failed." in capsys.readouterr().out


def test_downstream_are_the_weeks_of_the_days_and_every_later_origin():
    stages = downstream_stages(Window(date(2025, 3, 5), date(2025, 3, 11)), date(2025, 4, 1))
    assert [(stage.name, stage.first, stage.last) for stage in stages] == [
        ("weekly demand", date(2025, 3, 3), date(2025, 3, 10)),
        ("demand profiles", date(2025, 3, 10), date(2025, 3, 31)),
        ("models", date(2025, 3, 10), date(2025, 3, 31)),
        ("forecasts", date(2025, 3, 10), date(2025, 3, 31)),
        ("load", date(2025, 3, 10), date(2025, 3, 31)),
        ("accuracy", date(2024, 9, 9), date(2025, 3, 31)),
        ("load of accuracy", date(2024, 9, 9), date(2025, 3, 31)),
        ("planning", date(2025, 4, 1), date(2025, 4, 1)),
        ("outcomes", date(2025, 1, 28), date(2025, 4, 1)),
        ("days of the KPIs", date(2025, 3, 5), date(2025, 3, 11)),
        ("KPIs", None, None),
    ]


def test_of_many_origins_that_see_the_days_the_last_ones_can_be_made_alone():
    stages = downstream_stages(Window(date(2024, 3, 5), date(2025, 3, 11)), date(2025, 4, 1), origins=2)
    assert [(stage.name, stage.first, stage.last) for stage in stages][:2] == [
        ("weekly demand", date(2024, 3, 4), date(2025, 3, 10)),
        ("demand profiles", date(2025, 3, 24), date(2025, 3, 31)),
    ]


def test_days_of_the_current_week_that_no_origin_sees_yet_make_no_forecast():
    stages = downstream_stages(Window(date(2025, 3, 5), date(2025, 3, 6)), date(2025, 3, 6))
    assert [stage.name for stage in stages] == ["weekly demand", "planning", "outcomes", "days of the KPIs", "KPIs"]


def test_a_new_week_makes_its_origin_alone(pipeline: Pipeline):
    stages = backfill_stages(parser().parse_args(["--origin", "2025-03-12"]), pipeline.warehouse)
    assert [(stage.name, stage.first, stage.last) for stage in stages][:4] == [
        ("weekly demand", date(2025, 2, 24), date(2025, 3, 3)),
        ("demand profiles", date(2025, 3, 10), date(2025, 3, 10)),
        ("models", date(2025, 3, 10), date(2025, 3, 10)),
        ("forecasts", date(2025, 3, 10), date(2025, 3, 10)),
    ]


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (date(2025, 3, 1), None, "both"),
        (date(2025, 3, 2), date(2025, 3, 1), "before"),
        (date(2018, 3, 2), date(2025, 3, 1), "2019-01-01"),
    ],
)
def test_days_that_cannot_be_are_refused(first, last, message):
    with pytest.raises(BackfillError, match=message):
        asked_days(first, last)


def test_an_unknown_asset_and_days_that_are_missing_are_refused():
    with pytest.raises(BackfillError, match=r"There is no asset core\.nothing"):
        asset_stage("core.nothing", MARCH)
    with pytest.raises(BackfillError, match="--from and --to"):
        asset_stage(DEMAND, None)
    assert days_stage(MARCH).tags["dagster/asset_partition_range_start"] == "2025-03-01"


def test_months_are_made_ahead_and_none_is_detached_by_default(pipeline: Pipeline):
    result = dg.materialize([month_partitions], resources={"warehouse": pipeline.warehouse})
    metadata = result.asset_materializations_for_node("operations__month_partitions")[0].metadata
    assert metadata["months_made"].value
    assert metadata["months_detached"].value == 0
    last = month_after(today(), 3)
    assert pipeline.one(f"SELECT to_regclass('{DEMAND}_y{last:%Y}m{last:%m}') IS NOT NULL")
    again = dg.materialize([month_partitions], resources={"warehouse": pipeline.warehouse})
    assert again.asset_materializations_for_node("operations__month_partitions")[0].metadata["months_made"].value == 0


def test_months_past_retention_are_archived_and_can_be_made_anew(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch):
    version = f"SELECT version FROM support.dataset_versions WHERE dataset = '{DEMAND}'"
    before = pipeline.one(version)
    monkeypatch.setenv("NOVA_KEEP_MONTHS", "6")
    dg.materialize([month_partitions], resources={"warehouse": pipeline.warehouse})
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_daily") == 0
    assert pipeline.one("SELECT count(*) FROM archive.fact_demand_daily_y2025m03") == 1
    assert pipeline.one(version) == before + 1
    with psycopg.connect(pipeline.database.api_url) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("SELECT * FROM archive.fact_demand_daily_y2025m03")

    assert backfill(["--asset", DEMAND, "--from", "2025-03-01", "--to", "2025-03-20"]) == 0
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_daily") == 1
    with pytest.raises(psycopg.errors.RaiseException, match="dump or drop it"):
        dg.materialize([month_partitions], resources={"warehouse": pipeline.warehouse})
    assert pipeline.one("SELECT count(*) FROM core.fact_demand_daily") == 1


def test_months_of_the_audit_log_are_made_ahead_and_detached_after_their_own_time(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    with psycopg.connect(pipeline.database.admin_url) as administrator:
        past = month_after(today(), -3)
        administrator.execute("SELECT support.make_month_partitions('support.audit_logs', %s, %s)", [past, past])
        administrator.execute("INSERT INTO support.audit_logs (at, action) VALUES (%s, 'test.happened')", [past])
    monkeypatch.setenv("NOVA_AUDIT_MONTHS", "2")
    dg.materialize([month_partitions], resources={"warehouse": pipeline.warehouse})
    last = month_after(today(), 3)
    assert pipeline.one(f"SELECT to_regclass('support.audit_logs_y{last:%Y}m{last:%m}') IS NOT NULL")
    assert pipeline.one("SELECT count(*) FROM support.audit_logs WHERE action = 'test.happened'") == 0
    assert pipeline.one(f"SELECT count(*) FROM archive.audit_logs_y{past:%Y}m{past:%m}") == 1
    assert pipeline.one("SELECT count(*) FROM support.audit_logs WHERE action = 'dataset.published'") > 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 1)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
    ],
)
def test_months_are_counted_across_years(day, months, expected):
    assert month_after(day, months) == expected


@pytest.fixture
def dagster_database(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A Dagster instance on the embedded PostgreSQL, as `nova up` has it; the value is the database's libpq URL."""
    url = services.environment["DAGSTER_DATABASE_URL"]
    shutil.copyfile(PROJECT_ROOT / "dagster.yaml", tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_DATABASE_URL", url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)


def test_old_messages_are_deleted_and_every_event_of_an_asset_stays(dagster_database: str):
    daily = dg.DailyPartitionsDefinition("2026-01-01")

    @dg.asset(
        partitions_def=daily,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec("fine", asset="fact")],
    )
    def fact(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        context.log.info("a message")
        context.log_event(dg.AssetObservation("other"))
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

    days = {"dagster/asset_partition_range_start": "2026-01-01", "dagster/asset_partition_range_end": "2026-01-09"}
    types = "SELECT dagster_event_type, count(*) FROM event_logs WHERE dagster_event_type LIKE 'ASSET%' GROUP BY 1"
    with dg.DagsterInstance.get() as instance, psycopg.connect(dagster_database, autocommit=True) as connection:
        old = dg.materialize([fact], instance=instance, tags=days)
        connection.execute("UPDATE event_logs SET timestamp = timestamp - interval '100 days'")
        young = dg.materialize([fact], instance=instance, tags=days)
        before = dict(connection.execute(types).fetchall())
        assert {"ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"} <= before.keys()

        result = dg.materialize(
            [event_log_retention],
            instance=instance,
            run_config=dg.RunConfig(ops={"operations__event_log_retention": Age(days=60)}),
        )
        metadata = result.asset_materializations_for_node("operations__event_log_retention")[0].metadata
        assert metadata["rows_deleted"].value
        assert metadata["bytes_before"].value
        after = dict(connection.execute(types).fetchall())
        assert {name: count for name, count in after.items() if count < before.get(name, 0)} == {}

        def rest(run_id: str) -> int:
            row = connection.execute(
                "SELECT count(*) FROM event_logs WHERE run_id = %s AND"
                " (dagster_event_type IS NULL OR dagster_event_type NOT LIKE 'ASSET%%')",
                [run_id],
            ).fetchone()
            return row[0] if row else 0

        assert rest(old.run_id) == 0
        assert rest(young.run_id) > 0
        made = instance.get_materialized_partitions(dg.AssetKey("fact"))
        assert made == {f"2026-01-0{day}" for day in range(1, 10)}
        old_run = instance.get_run_by_id(old.run_id)
        assert old_run is not None
        assert old_run.is_success
        assert instance.get_latest_materialization_event(dg.AssetKey("fact")) is not None


def test_a_check_is_planned_once_for_a_run_whatever_its_partitions(dagster_database: str):
    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2026-01-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec("fine", asset="checked_once")],
    )
    def checked_once() -> dg.MaterializeResult:
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])

    days = {"dagster/asset_partition_range_start": "2026-01-01", "dagster/asset_partition_range_end": "2026-01-09"}
    with dg.DagsterInstance.get() as instance, psycopg.connect(dagster_database) as connection:
        run_id = dg.materialize([checked_once], instance=instance, tags=days).run_id
        rows = connection.execute(
            "SELECT execution_status, partition FROM asset_check_executions WHERE run_id = %s", [run_id]
        ).fetchall()
    assert rows == [("SUCCEEDED", None)]


def test_the_age_is_a_setting(monkeypatch: pytest.MonkeyPatch):
    from nova_assets import settings

    assert settings.event_log_days() == 60
    monkeypatch.setenv("NOVA_EVENT_LOG_DAYS", "none")
    with pytest.raises(settings.InvalidSettingError, match="whole number"):
        settings.event_log_days()
    assert timedelta(days=settings.late_data_days()) == timedelta(days=120)
