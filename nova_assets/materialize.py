"""Materializes the whole asset graph once, for all days of the source: `python -m nova_assets.materialize`.

Each stage is one Dagster run, whatever the number of days: what differs in partitions cannot share a run. The UI and
the schedules materialize the same assets; this command is the first load, and the way to load another workbook.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

import dagster as dg
import psycopg
from psycopg import sql

from nova_assets import registry, settings
from nova_assets.drift import ACCEPT_TAG, ALL_TABLES, Terms
from nova_assets.factories import asset_key
from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.parameters import MOST_WEEKS, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.operations.abandoned_runs import end_abandoned_runs, owner
from nova_assets.operations.commands import REFUSED
from nova_assets.partitions import (
    DAY,
    FIRST_DAY,
    FIRST_MONDAY,
    WEEK,
    Window,
    latest_origin,
    monday,
    origin_window,
    today,
)
from nova_assets.planning.former import forget_plans
from nova_assets.registry import (
    analytics,
    core,
    erp,
    external,
    kpis,
    lake,
    lead_times,
    quality,
    readings,
    recommendations,
    staging,
)
from nova_assets.resources.erp import Erp, ErpError
from nova_assets.resources.warehouse import Warehouse

ORIGINS = 13
FEW_ORIGINS = 4
"""A run of no more origins than these makes the models too that take a minute for each."""
ENSEMBLE = tuple(table.relation for table in lake.MADE_BY_ENSEMBLE)
LEAD_TIMES = tuple(table.relation for table in lead_times.LAKE)
READINGS = tuple(table.relation for table in readings.LAKE)
LOADED = tuple(
    table.relation
    for table in (
        analytics.FACT_FORECASTS,
        analytics.SUMMED_DEMAND,
        analytics.ENSEMBLE_STANDINGS,
        *lead_times.TABLES,
        *readings.TABLES,
    )
)
PROGRESS = re.compile(r" - INFO - .* - lake__models - (?P<line>\w+: .+)$")
"""What a run of models logs of how far it is, as Dagster prints it."""
LAST_LINES = 60
"""Lines of a failed run that are shown."""
OUTCOME_DAYS = 63
"""Eight weeks, in which what came of a proposal is told, and one for rows that come late."""
STATEMENT_SECONDS = 600
"""Longest statement on Dagster's own database, and the age at which a connection to it is made anew."""


class MaterializationError(Exception):
    """A stage failed; earlier stages stay published, and the failed one left what was there."""


class RefusedError(MaterializationError):
    """A stage refused its input: an unreadable source, or rows that fail a check."""


@dataclass(frozen=True)
class Stage:
    """Assets that one run materializes, over the same partitions (`first` and `last` key, or none)."""

    name: str
    relations: Sequence[str]
    first: date | None = None
    last: date | None = None
    location: str = "warehouse"

    @property
    def tags(self) -> dict[str, str]:
        if self.first is None or self.last is None:
            return {}
        return {
            "dagster/asset_partition_range_start": self.first.isoformat(),
            "dagster/asset_partition_range_end": self.last.isoformat(),
        }


@dataclass(frozen=True)
class DataRange:
    """The days to load: those of the source, and those that an earlier source left in core or as origins."""

    days: Window
    data_through: date
    first_origin: date | None
    documents: Window
    """The days of ERP documents: the ERP's, and those that it left behind when it was the source."""

    def origins(self, count: int) -> Window:
        """The last `count` origins of the data and all others that an earlier source left, to be replaced."""
        wanted = origin_window(latest_origin(self.data_through), count)
        first = min(wanted.first, self.first_origin or wanted.first)
        return Window(first, max(wanted.last, monday(self.days.last)))


def stages(data: DataRange, origins: int = ORIGINS) -> Iterator[Stage]:
    """The stages after the extracts without days, in order."""
    days, weeks, window = data.days, Window(monday(data.days.first), monday(data.days.last)), data.origins(origins)
    documents = [table.relation for table in erp.DAILY]
    yield Stage("ERP documents", documents, data.documents.first, data.documents.last)
    yield DIMENSIONS
    yield Stage("facts", [table.relation for table in (*FACTS, *ANOMALIES)], days.first, days.last)
    yield Stage("weekly demand", WEEKLY_DEMAND, weeks.first, weeks.last)
    yield Stage("demand profiles", PROFILES, window.first, window.last)
    # Models are chosen by what they said on origins before the first one.
    yield from forecast_stages(window, window.first - VALIDATION_ORIGINS * VALIDATION_WEEKS * WEEK)
    yield plan_stage(data.data_through)
    yield outcomes_stage(data.data_through)
    yield from kpi_stages(days)


def kpi_stages(days: Window) -> list[Stage]:
    """The parts of the days, and the views."""
    return [
        Stage("days of the KPIs", [kpis.KPI_DAILY.relation], days.first, days.last),
        Stage("KPIs", [view.relation for view in registry.VIEWS]),
    ]


def plan_stage(day: date) -> Stage:
    """What to order, as of the end of the day."""
    return Stage("planning", [table.relation for table in registry.PLANNING], day, day)


def outcomes_stage(day: date) -> Stage:
    """What came of the proposals up to the day, of those whose days are not all known yet."""
    first = max(day - OUTCOME_DAYS * DAY, FIRST_DAY)
    return Stage("outcomes", [recommendations.RECOMMENDATION_OUTCOMES.relation], first, day)


def forecast_stages(origins: Window, models_from: date) -> Iterator[Stage]:
    """What the models say from `models_from` on, what is served of it on the origins, also over lead times, and how
    good past forecasts turned out.

    The origins of the half year before are scored again: the weeks that they spoke of have ended since.
    """
    models_from = max(models_from, FIRST_MONDAY)
    scored_from = max(min(models_from, origins.first - MOST_WEEKS * WEEK), FIRST_MONDAY)
    yield Stage("models", models_of(models_from, origins.last), models_from, origins.last, location="forecasting")
    served = [*ENSEMBLE, *LEAD_TIMES, *READINGS]
    yield Stage("forecasts", served, origins.first, origins.last, location="forecasting")
    yield Stage("load", LOADED, origins.first, origins.last)
    yield Stage("accuracy", [lake.FORECAST_ACCURACY.relation], scored_from, origins.last, location="forecasting")
    yield Stage("load of accuracy", [analytics.FORECAST_ACCURACY.relation], scored_from, origins.last)


def models_of(first: date, last: date) -> list[str]:
    """The models that a run of these origins makes: of many origins, not those that take a minute for each."""
    left_out = {MadeIn.NO_RUN} | ({MadeIn.RUNS_OF_FEW_ORIGINS} if (last - first) // WEEK >= FEW_ORIGINS else set())
    return [f"lake.models.{entry.name}" for entry in CATALOGUE.values() if entry.made_in not in left_out]


def external_stages(days: Window) -> Iterator[Stage]:
    """The stages of public data for the days that the source has.

    INMET publishes a file of about 100 MB for each year: over the network that is left to a person.
    """
    tables = [table for table in external.STAGING if table is not external.INMET or not settings.reads_network()]
    daily = [table.relation for table in tables if table.window_column]
    whole = [table.relation for table in tables if not table.window_column]
    yield Stage("public data", daily, days.first, days.last)
    yield Stage("public data without days", whole)
    yield Stage("public facts", [external.FACT_EXTERNAL_DAILY.relation], days.first, days.last)


QUALITY = Stage("data quality", [table.relation for table in quality.TABLES])
EXTRACT = Stage("extract", [table.relation for table in (*staging.TABLES, erp.REJECTED, *erp.WHOLE)])
DIMENSIONS = Stage("dimensions", [table.relation for table in core.DIMENSIONS])
FACTS = (
    core.FACT_PURCHASE_LINES,
    core.FACT_RECEIPTS_DAILY,
    core.FACT_DEMAND_DAILY,
    core.FACT_ISSUES_DAILY,
    core.FACT_INVENTORY_DAILY,
)
WEEKLY_DEMAND = [analytics.FEATURES_DEMAND_WEEKLY.relation, analytics.DEMAND_ADJUSTMENTS.relation]
PROFILES = [analytics.FEATURES_DEMAND_PROFILE.relation, analytics.FEATURES_WEEKDAY_SHARES.relation]
ANOMALIES = (core.FACT_DEMAND_ANOMALIES, core.FACT_PRICE_ANOMALIES)


def data_range(warehouse: Warehouse, erp_days: Window | None = None) -> DataRange:
    """Which days there are to load: those of the source, and those that another one left.

    Args:
        warehouse: where staging and core are.
        erp_days: the days of the ERP, when that is the source; else the workbook's are read from staging.

    Raises:
        MaterializationError: the source has no usable line.
    """
    with warehouse.connect() as connection:
        source = erp_days or _workbook_days(connection)
        documents = [span for table in erp.DAILY if (span := _span(connection, table))]
        facts = [span for table in FACTS if (span := _span(connection, table))]
        origin = connection.execute("SELECT min(origin) FROM analytics.features_demand_profile").fetchone()
    if source is None:
        raise RefusedError("The source has no usable line: see support.rejected_rows for the reasons.")
    return DataRange(
        days=Window.around([source, *documents, *facts]),
        data_through=source.last,
        first_origin=origin[0] if origin else None,
        documents=Window.around([erp_days or Window(source.last, source.last), *documents]),
    )


def _span(connection: psycopg.Connection, table: registry.Table) -> Window | None:
    """From the first to the last day that a table has rows of."""
    column = sql.Identifier(table.window_column or "")
    query = sql.SQL("SELECT min({0}), max({0}) FROM {1}").format(column, sql.Identifier(table.schema, table.name))
    row = connection.execute(query).fetchone()
    return Window(*row) if row and row[0] else None


def _workbook_days(connection: psycopg.Connection) -> Window | None:
    row = connection.execute(
        "SELECT min(least(requested_on, ordered_on)), max(requested_on) FROM staging.purchase_lines"
        " WHERE status = 'kept'"
    ).fetchone()
    return Window(*row) if row and row[0] else None


def erp_span(reader: Erp) -> Window:
    """The first and the last day of which the ERP has a document.

    Raises:
        ErpError: it cannot be read.
        MaterializationError: it has none.
    """
    for batch in reader.batches("span", Window(FIRST_DAY, today())):
        first, last = (batch.column(name)[0].as_py() for name in ("first_day", "last_day"))
        if first and last:
            return Window(*(datetime.strptime(day, "%Y%m%d").date() for day in (first, last)))
    raise MaterializationError("The ERP has no document on any day since 2019.")


def materialize_all(origins: int = ORIGINS, accept_drift: str | None = None, *, other_data: bool = False) -> None:
    """Run every stage against the Dagster instance of DAGSTER_HOME, reporting each on standard output.

    Args:
        origins: weekly forecast origins to compute.
        accept_drift: tables whose row count may move as it likes, as in the tag `nova/accept_drift`.
        other_data: the source is not that of the last load; what was planned from that one is deleted.

    Raises:
        MaterializationError: a stage failed.
    """
    from nova_assets.definitions import defs

    repository = defs.get_repository_def()
    warehouse = Warehouse(url=dg.EnvVar("DATABASE_URL").get_value() or "")
    with command_runs(warehouse, accept_drift) as (instance, tags):
        report_stage(EXTRACT, repository, instance, tags)
        data = source_range(warehouse)
        for stage in [*stages(data, origins), *external_stages(data.days), QUALITY]:
            if other_data and stage == plan_stage(data.data_through):
                with warehouse.connect() as connection:
                    print(f"plans of the former source: {forget_plans(connection):,} rows deleted", flush=True)
            report_stage(stage, repository, instance, tags)


@contextmanager
def command_runs(
    warehouse: Warehouse, accept_drift: str | None
) -> Iterator[tuple[dg.DagsterInstance, Mapping[str, str]]]:
    """The instance in which a command makes its runs, and their tags: who owns them, and what drift they accept.

    The instance is that of DAGSTER_HOME and keeps its connections: Dagster's default opens one for each of thousands
    of statements. Runs of commands that were killed end here.
    """
    with dg.DagsterInstance.get() as instance, owner(warehouse) as tags:
        instance.optimize_for_webserver(STATEMENT_SECONDS * 1000, pool_recycle=STATEMENT_SECONDS, max_overflow=20)
        end_abandoned_runs(instance, warehouse)
        yield instance, {**tags, **({ACCEPT_TAG: accept_drift} if accept_drift else {})}


def source_range(warehouse: Warehouse) -> DataRange:
    """`data_range` of the source that the settings name.

    Raises:
        ErpError: the ERP cannot be read.
        MaterializationError: the source has no usable line.
    """
    reader = Erp(
        url=dg.EnvVar("ERP_URL").get_value() or "", system=settings.erp_system(), branches=settings.erp_branches()
    )
    return data_range(warehouse, erp_span(reader) if settings.source() == "erp" else None)


def report_stage(
    stage: Stage, repository: dg.RepositoryDefinition, instance: dg.DagsterInstance, tags: Mapping[str, str]
) -> None:
    """Run a stage where it belongs, with these tags, and print what came of it.

    Raises:
        MaterializationError: the run failed.
    """
    started = time.perf_counter()
    span = f" {stage.first} to {stage.last}" if stage.first else ""
    print(f"{stage.name}{span} …", flush=True)
    rows = (
        f"{run_stage(stage, repository, instance, tags):,} rows, "
        if stage.location == "warehouse"
        else _in_forecasting(stage, instance)
    )
    print(f"{stage.name}: {rows}{time.perf_counter() - started:.1f} s", flush=True)


def run_stage(
    stage: Stage,
    repository: dg.RepositoryDefinition,
    instance: dg.DagsterInstance,
    tags: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Materialize a stage of the warehouse location in this process, as one run; returns the rows written.

    Raises:
        MaterializationError: the run failed.
    """
    keys = [asset_key(relation) for relation in stage.relations]
    job = repository.get_implicit_job_def_for_assets(keys)
    if job is None:
        raise MaterializationError(f"The assets of “{stage.name}” cannot share a run: their partitions differ.")
    result = job.get_subset(asset_selection=set(keys)).execute_in_process(
        instance=instance,
        tags={**stage.tags, **tags, "nova/stage": stage.name},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    if not result.success:
        kind = RefusedError if _refused(result) else MaterializationError
        raise kind(f"“{stage.name}” failed (run {result.run_id}): {_reason(result)}")
    return _rows_written(result)


def _in_forecasting(stage: Stage, instance: dg.DagsterInstance) -> str:
    python = settings.forecasting_python()
    if not python.exists():
        raise MaterializationError(f"There is no forecasting environment at {python}: `make up` makes it.")
    command = [str(python), "-m", "dagster", "asset", "materialize", "-m", "nova_assets.forecasting.definitions"]
    selected = ",".join("/".join(relation.split(".")) for relation in stage.relations)
    command += ["--select", selected, "--partition-range", f"{stage.first}...{stage.last}"]
    started = datetime.now(UTC)
    said = deque[str](maxlen=LAST_LINES)
    with subprocess.Popen(
        command, cwd=settings.PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        for line in run.stderr or ():
            said.append(line)
            if progress := PROGRESS.search(line):
                print(f"{stage.name} … {progress['line']}", flush=True)
    if run.returncode:
        reason = refusal_since(instance, started) or f":\n{''.join(said)}"
        raise MaterializationError(f"“{stage.name}” failed{reason}")
    return ""


def refusal_since(instance: dg.DagsterInstance, since: datetime) -> str | None:
    """What the forecasting location refused in a run since then, and what to do; None where it refused nothing."""
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], created_after=since)
    for run in instance.get_runs(failed):
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
            data = entry.dagster_event.step_failure_data.user_failure_data if entry.dagster_event else None
            if data and data.description:
                return f" (run {run.run_id}): {data.description}"
    return None


def _rows_written(result: dg.ExecuteInProcessResult) -> int:
    """Rows that the run wrote: each asset says so once, on the event of every partition."""
    rows = {}
    for event in result.get_asset_materialization_events():
        written = event.materialization.metadata.get("rows_written")
        if written is not None and isinstance(written.value, int):
            rows[event.asset_key] = written.value
    return sum(rows.values())


def _refused(result: dg.ExecuteInProcessResult) -> bool:
    """Assets raise `dagster.Failure` where the input is at fault, and let other errors through as they are."""
    return any(event.is_step_failure and event.step_failure_data.user_failure_data for event in result.all_events)


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """What went wrong, in one paragraph: the innermost error of the first step that failed."""
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            return (
                event.step_failure_data.user_failure_data and event.step_failure_data.user_failure_data.description
            ) or ((error.cause or error).message.strip())
    return "see the run in Dagster"


def add_accept_drift(parser: argparse.ArgumentParser) -> None:
    """The option by which a person says that a row count which moved is right."""
    parser.add_argument(
        "--accept-drift",
        nargs="?",
        const=ALL_TABLES,
        type=_accepted_drift,
        metavar="SCHEMA.TABLE,…",
        help="publish these tables (without names: all) although far fewer rows came than are there",
    )


def _accepted_drift(value: str) -> str:
    try:
        Terms.of(settings.source(), value)
    except settings.InvalidSettingError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return value


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m nova_assets.materialize", description=__doc__)
    parser.add_argument("--workbook", help="purchasing workbook to load (default: ERP_WORKBOOK)")
    parser.add_argument(
        "--origins", type=int, default=ORIGINS, help="weekly forecast origins to compute (default: %(default)s)"
    )
    add_accept_drift(parser)
    parser.add_argument(
        "--other-data",
        action="store_true",
        help="this is another source than that of the last load: plans, alerts and outcomes of that one are deleted",
    )
    arguments = parser.parse_args()
    if arguments.workbook:
        settings.use_workbook(arguments.workbook)
    try:
        materialize_all(arguments.origins, arguments.accept_drift, other_data=arguments.other_data)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except (MaterializationError, ErpError, settings.MissingSettingError, settings.InvalidSettingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
