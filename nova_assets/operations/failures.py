"""Which partitions are left failed: ranges that a run should have made, did not, and no later run made up for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import dagster as dg

from nova_assets import registry
from nova_assets.partitions import WEEK, Window
from nova_assets.registry import Grain, Table

FAILED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
# Older failures are left to the backfill that somebody makes when the range matters.
LOOK_BACK = timedelta(days=90)
RANGE_START, RANGE_END, PARTITION = (
    "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end",
    "dagster/partition",
)
STEP = {Grain.DAILY: timedelta(days=1), Grain.WEEKLY: WEEK}


@dataclass(frozen=True)
class FailedRange:
    """Partition keys `first` to `last` of a table, which the run failed to make; None where it has no partitions."""

    relation: str
    first: date | None
    last: date | None
    run_id: str
    failed_at: datetime

    @property
    def command(self) -> str:
        """What makes exactly this range anew."""
        days = f" --from {self.first} --to {self.last}" if self.first else ""
        return f"nova backfill --asset {self.relation}{days}"


def failed_ranges(instance: dg.DagsterInstance, now: datetime) -> list[FailedRange]:
    """What is left failed of the runs of the last 90 days, the latest failure of each partition, the newest first."""
    since = now - LOOK_BACK
    told: set[tuple[str, date | None]] = set()
    found: list[FailedRange] = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=FAILED, created_after=since)):
        run, started = record.dagster_run, record.create_timestamp
        for table in planned_tables(instance, run.run_id):
            keys = [key for key in keys_of(run.tags, table) if (table.relation, key) not in told]
            left = sorted(set(keys) - made_since(instance, table, keys, started), key=lambda key: key or date.min)
            told.update((table.relation, key) for key in left)
            found += [
                FailedRange(table.relation, first, last, run.run_id, started) for first, last in spans(left, table)
            ]
    return found


def planned_tables(instance: dg.DagsterInstance, run_id: str) -> list[Table]:
    """The tables of the registry that the run set out to make."""
    planned = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
    relations = {
        ".".join(entry.dagster_event.asset_key.path)
        for entry in planned
        if entry.dagster_event and entry.dagster_event.asset_key
    }
    return [table for table in registry.ALL if table.relation in relations]


def keys_of(tags: Any, table: Table) -> list[date | None]:
    """The partition keys of the table that the run was for; a table without partitions has the one key None."""
    if table.grain is Grain.WHOLE:
        return [None]
    first, last = tags.get(RANGE_START) or tags.get(PARTITION), tags.get(RANGE_END) or tags.get(PARTITION)
    if not first or not last:
        return []
    window, step = Window(date.fromisoformat(first), date.fromisoformat(last)), STEP[table.grain]
    return [window.first + n * step for n in range((window.last - window.first) // step + 1)]


def made_since(
    instance: dg.DagsterInstance, table: Table, keys: Sequence[date | None], since: datetime
) -> set[date | None]:
    """Those of the keys that were made after `since`, by whatever run."""
    if not keys:
        return set()
    partitions = [key.isoformat() for key in keys if key]
    records = dg.AssetRecordsFilter(
        asset_key=dg.AssetKey(table.asset_key),
        asset_partitions=partitions or None,
        after_timestamp=since.astimezone(UTC).timestamp(),
    )
    made: set[date | None] = set()
    cursor = None
    while True:
        page = instance.fetch_materializations(records, limit=1000, cursor=cursor)
        made.update(date.fromisoformat(r.partition_key) if r.partition_key else None for r in page.records)
        if not page.has_more:
            return made
        cursor = page.cursor


def spans(keys: Sequence[date | None], table: Table) -> Iterator[tuple[date | None, date | None]]:
    """Sorted keys as ranges without gaps."""
    if not keys:
        return
    if table.grain is Grain.WHOLE:
        yield None, None
        return
    days = [key for key in keys if key]
    first = days[0]
    for day, following in pairwise([*days, date.max]):
        if following - day != STEP[table.grain]:
            yield first, day
            first = following


def as_markdown(ranges: Sequence[FailedRange]) -> str:
    """The list as a table for Dagster's metadata."""
    rows = [
        f"| {one.relation} | {one.first or ''} | {one.last or ''} | {one.failed_at:%Y-%m-%d %H:%M} | `{one.run_id}` "
        f"| `{one.command}` |"
        for one in ranges
    ]
    return "\n".join(["| asset | from | to | failed | run | again by |", "|---|---|---|---|---|---|", *rows])


@dg.asset(
    key=["operations", "failed_ranges"],
    group_name="operations",
    kinds={"dagster"},
    owners=["team:data"],
    check_specs=[
        dg.AssetCheckSpec(
            "no_range_is_left_failed",
            asset=dg.AssetKey(["operations", "failed_ranges"]),
            description="Each range that failed in the last 90 days was made by a later run",
        )
    ],
)
def failed_ranges_asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Ranges whose latest run failed in the last 90 days, each with the command that makes it anew."""
    ranges = failed_ranges(context.instance, datetime.now(UTC))
    return dg.MaterializeResult(
        metadata={"ranges": len(ranges), "list": dg.MetadataValue.md(as_markdown(ranges))},
        check_results=[
            dg.AssetCheckResult(
                passed=not ranges,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"ranges": len(ranges)},
            )
        ],
    )
