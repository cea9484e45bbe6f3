"""Makes days, or single assets of them, anew: `nova backfill --from 2025-01-01 --to 2025-01-31 --downstream`.

The days are loaded again as the nightly schedule does: extracts, dimensions, facts and KPIs in one run. With
`--downstream`, what weekly origins make of these days follows. A backfill of the assets in Dagster's UI does the same.
An empty warehouse is filled in the same way: all days of the source, `--downstream`, and the `--origins` wanted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from nova_assets import registry, settings
from nova_assets.automation import NIGHTLY
from nova_assets.forecasting.catalogue import CATALOGUE
from nova_assets.materialize import (
    ENSEMBLE,
    PROFILES,
    WEEKLY_DEMAND,
    MaterializationError,
    Stage,
    add_accept_drift,
    command_runs,
    forecast_stages,
    kpi_stages,
    outcomes_stage,
    plan_stage,
    report_stage,
    source_range,
)
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
from nova_assets.registry import Grain, lake, staging
from nova_assets.resources.erp import ErpError
from nova_assets.resources.warehouse import Warehouse


class BackfillError(Exception):
    """The command asks for something that cannot be; the message says what."""


def days_stage(days: Window) -> Stage:
    """The days from the source to the facts, and the views over them, in one run."""
    return Stage("days", [table.relation for table in NIGHTLY], days.first, days.last)


def downstream_stages(days: Window, data_through: date, origins: int | None = None) -> list[Stage]:
    """What is made of the days: their weeks, and the origins that see them, up to the latest that the data allow.

    Of many origins that see them, only the last `origins` are made.
    """
    last = latest_origin(data_through)
    earliest = origin_window(last, origins).first if origins else FIRST_MONDAY
    first = max(monday(days.first) + WEEK, earliest)
    weeks = Stage("weekly demand", WEEKLY_DEMAND, monday(days.first), monday(days.last))
    made = origin_stages(Window(first, last)) if first <= last else []
    return [weeks, *made, plan_stage(data_through), outcomes_stage(data_through), *kpi_stages(days)]


def origin_stages(origins: Window) -> list[Stage]:
    """Profiles, forecasts, their accuracy and its load for a range of weekly origins."""
    return [
        Stage("demand profiles", PROFILES, origins.first, origins.last),
        *forecast_stages(origins, models_from=origins.first),
    ]


def week_stages(origin: date) -> list[Stage]:
    """A new week: the demand of the two weeks before it, the forecasts of its Monday, and the plan made of these."""
    return [
        Stage("weekly demand", WEEKLY_DEMAND, max(origin - 2 * WEEK, FIRST_MONDAY), origin - WEEK),
        *origin_stages(Window(origin, origin)),
        plan_stage(origin - DAY),
        outcomes_stage(origin - DAY),
        *kpi_stages(Window(max(origin - 2 * WEEK, FIRST_MONDAY), origin - DAY)),
    ]


def asset_stage(relation: str, days: Window | None) -> Stage:
    """One asset: the partitions of the days, or all of it where it has none.

    Raises:
        BackfillError: there is no such asset, or the days do not fit it.
    """
    known = {table.relation: table for table in registry.ALL}
    known |= {f"lake.models.{name}": lake.FORECASTS for name in CATALOGUE}
    if relation not in known:
        raise BackfillError(f"There is no asset {relation}. Assets: {', '.join(sorted(known))}.")
    table = known[relation]
    location = "forecasting" if table in registry.LAKE else "warehouse"
    together = made_together(relation)
    if table.grain is Grain.WHOLE:
        return Stage(relation, together, location=location)
    if days is None:
        raise BackfillError(f"{relation} is partitioned: say --from and --to.")
    if table.grain is Grain.WEEKLY:
        days = Window(max(monday(days.first), FIRST_MONDAY), monday(days.last))
    return Stage(relation, together, days.first, days.last, location=location)


def made_together(relation: str) -> Sequence[str]:
    """The assets that one step makes or none: the workbook's tables, the ensemble's, or the asset alone."""
    workbook = [table.relation for table in staging.TABLES]
    return next((group for group in (workbook, ENSEMBLE) if relation in group), [relation])


def asked_days(first: date | None, last: date | None) -> Window | None:
    """The days of the command line, None where it names none.

    Raises:
        BackfillError: one of them is missing, they are in the wrong order, or no day of the source.
    """
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise BackfillError("Say both --from and --to.")
    if last < first:
        raise BackfillError(f"--to {last} lies before --from {first}.")
    if first < FIRST_DAY or last > today():
        raise BackfillError(f"Days go from {FIRST_DAY} to yesterday.")
    return Window(first, last)


def stages(arguments: argparse.Namespace, warehouse: Warehouse) -> Iterator[Stage]:
    """What the command line asks for, in order; what follows of the days is known once they are there.

    Raises:
        BackfillError: it asks for something that cannot be.
    """
    if arguments.origin:
        yield from week_stages(monday(arguments.origin))
        return
    days = asked_days(arguments.first, arguments.last)
    if arguments.asset:
        yield from [asset_stage(relation, days) for relation in arguments.asset]
        return
    if days is None:
        raise BackfillError("Say --from and --to, or --asset, or --origin.")
    if days.last > today() - DAY:
        raise BackfillError(f"The last day that has ended is {today() - DAY}.")
    yield days_stage(days)
    if arguments.downstream:
        yield from downstream_stages(days, source_range(warehouse).data_through, arguments.origins)


def run(arguments: argparse.Namespace) -> None:
    """Run the stages against the Dagster instance of DAGSTER_HOME.

    Raises:
        BackfillError: the command asks for something that cannot be.
        MaterializationError: a stage failed; the earlier ones stay published.
    """
    from nova_assets.definitions import defs

    repository = defs.get_repository_def()
    warehouse = Warehouse(url=dg.EnvVar("DATABASE_URL").get_value() or "")
    with command_runs(warehouse, arguments.accept_drift) as (instance, tags):
        for stage in stages(arguments, warehouse):
            report_stage(stage, repository, instance, tags)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m nova_assets.backfill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first day")
    made.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last day")
    made.add_argument(
        "--downstream", action="store_true", help="also weekly demand, profiles, forecasts and KPIs of these days"
    )
    made.add_argument(
        "--origins", type=int, metavar="N", help="with --downstream: only the last N weekly origins (default: all)"
    )
    made.add_argument(
        "--asset", action="append", metavar="SCHEMA.TABLE", help="only this asset (again for more), nothing else"
    )
    made.add_argument(
        "--origin", type=date.fromisoformat, metavar="YYYY-MM-DD", help="only what the origin of this week makes"
    )
    add_accept_drift(made)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        run(parser().parse_args(arguments))
    except (BackfillError, MaterializationError, ErpError, settings.MissingSettingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
