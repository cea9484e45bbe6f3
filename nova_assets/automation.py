"""The schedules: what starts by itself, and when. Hours are those of Bahia.

Every schedule is stopped until somebody starts it in Dagster or sets NOVA_SCHEDULES=1: on a machine where Nova is tried
out it would load a demo again each night, and a laptop that wakes up would catch up at once.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from nova_assets import registry, settings
from nova_assets.factories import asset_key
from nova_assets.operations.commands import run_module
from nova_assets.partitions import TIMEZONE, Window, monday
from nova_assets.registry import Table, core, erp, external, kpis, quality, recommendations, staging

NIGHTLY: tuple[Table, ...] = (
    *staging.TABLES,
    *erp.TABLES,
    *core.TABLES,
    external.FACT_EXTERNAL_DAILY,
    recommendations.RECOMMENDATION_OUTCOMES,
    kpis.KPI_DAILY,
    *registry.VIEWS,
    *quality.TABLES,
)
"""From the source to what is served, but for what weekly origins make: one run, whatever the number of days."""

PUBLIC_DATA: tuple[Table, ...] = tuple(table for table in external.STAGING if table is not external.INMET)
"""INMET's files, a year each, are left to a person."""

HOUSEKEEPING = (
    "operations/month_partitions",
    "operations/event_log_retention",
    "operations/publication_retention",
    "operations/projection_retention",
    "operations/lake_upkeep",
)
FAILED_RANGES = ("operations/failed_ranges",)


NIGHTLY_FRESH = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=28), fail_window=timedelta(hours=52))
"""Made each night: late once a night was missed, stale after two. A backfill of old days counts as made, too."""


class Origin(dg.Config):
    """The Monday on which the forecasts are made."""

    origin: str


@dg.op
def make_origin(context: dg.OpExecutionContext, config: Origin) -> None:
    """Run `python -m nova_assets.backfill --origin …`: features, forecasts in their own location, load, KPIs."""
    ended = run_module(context, "nova_assets.backfill", ["--origin", config.origin])
    if ended.code:
        raise dg.Failure(f"The origin {config.origin} was not made:\n{ended.said}")


@dg.job(executor_def=dg.in_process_executor, description="Features, forecasts and KPIs of a new weekly origin.")
def weekly_origin() -> None:
    make_origin()


def jobs() -> list[Any]:
    """What the schedules run; each can be launched by hand too."""
    return [
        _job("nightly_facts", _keys(NIGHTLY), "The source's latest days, from the extracts to the KPIs."),
        _job("daily_plan", _keys([*registry.PLANNING, *registry.VIEWS]), "What to order, as of the day before."),
        _job("public_data", _keys(PUBLIC_DATA), "The latest days of public data."),
        _job(
            "housekeeping",
            HOUSEKEEPING,
            "Month partitions made ahead and detached; old log messages, publications and projections deleted; the "
            "lake compacted.",
        ),
        _job("failed_ranges", FAILED_RANGES, "The list of ranges that are left failed."),
        weekly_origin,
    ]


def schedules() -> list[dg.ScheduleDefinition]:
    """All schedules; on from the start only where NOVA_SCHEDULES=1."""
    return [
        _trailing("public_data", "30 1 * * *"),
        _trailing("nightly_facts", settings.nightly_cron()),
        _weekly("weekly_origin", settings.weekly_cron()),
        _yesterday("daily_plan", settings.planning_cron()),
        _plain("housekeeping", "0 5 * * 0"),
        _plain("failed_ranges", "0 6 * * *"),
    ]


def expecting_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions with what the nightly schedule makes expected to be fresh; unchanged while schedules stand still,
    for then nothing is promised."""
    if not settings.schedules_run():
        return definitions
    return definitions.map_resolved_asset_specs(
        func=lambda spec: spec.replace_attributes(freshness_policy=NIGHTLY_FRESH),
        selection=dg.AssetSelection.assets(*_keys(NIGHTLY)),
    )


def trailing_window(today: date, days: int) -> Window:
    """The last `days` days that have ended on `today`."""
    return Window(today - timedelta(days=days), today - timedelta(days=1))


def _trailing(job: str, cron: str) -> dg.ScheduleDefinition:
    """Loads the last days again, as one run: rows come late, and rows are corrected."""

    @dg.schedule(**_common(job, cron))
    def load(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        days = trailing_window(_day(context), settings.late_data_days())
        return dg.RunRequest(
            run_key=f"{job} {days}",
            tags={
                "dagster/asset_partition_range_start": days.first.isoformat(),
                "dagster/asset_partition_range_end": days.last.isoformat(),
            },
        )

    return load


def _yesterday(job: str, cron: str) -> dg.ScheduleDefinition:
    """Plans the day that has ended, once: what was proposed on earlier days stays what planners saw."""

    @dg.schedule(**_common(job, cron))
    def plan(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = trailing_window(_day(context), 1).last.isoformat()
        return dg.RunRequest(
            run_key=f"{job} {day}",
            tags={"dagster/asset_partition_range_start": day, "dagster/asset_partition_range_end": day},
        )

    return plan


def _weekly(job: str, cron: str) -> dg.ScheduleDefinition:
    """Mondays, after the night's load: the week before is complete."""

    @dg.schedule(**_common(job, cron))
    def make(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        origin = monday(_day(context)).isoformat()
        return dg.RunRequest(
            run_key=f"origin {origin}", run_config=dg.RunConfig(ops={"make_origin": Origin(origin=origin)})
        )

    return make


def _plain(job: str, cron: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(**_common(job, cron))


def _common(job: str, cron: str) -> dict[str, Any]:
    running = dg.DefaultScheduleStatus.RUNNING if settings.schedules_run() else dg.DefaultScheduleStatus.STOPPED
    return {
        "name": f"{job}_schedule",
        "job_name": job,
        "cron_schedule": cron,
        "execution_timezone": TIMEZONE,
        "default_status": running,
    }


def _day(context: dg.ScheduleEvaluationContext) -> date:
    """The day in Bahia on which the tick falls."""
    return context.scheduled_execution_time.astimezone(ZoneInfo(TIMEZONE)).date()


def _keys(tables: Sequence[Table]) -> list[str]:
    return [asset_key(table.relation).to_user_string() for table in tables]


def _job(name: str, keys: Sequence[str], description: str) -> Any:
    return dg.define_asset_job(name, selection=dg.AssetSelection.assets(*keys), description=description)
