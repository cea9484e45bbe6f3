"""Keeps the lake small: old origins, small files, files that no version needs any more, and old commits."""

from dataclasses import asdict, dataclass
from datetime import timedelta

import dagster as dg
from pydantic import Field

from nova_assets import registry
from nova_assets.registry import Table
from nova_assets.resources.lake import Lake


class Kept(dg.Config):
    """For how many days files that were replaced stay, for readers that had begun before."""

    replaced_days: int = Field(default=7, ge=1)


@dataclass(frozen=True)
class Upkeep:
    """What was done to a table; files and bytes are those that its rows lie in.

    `emptied_files` held origins that are no longer kept, `replaced_files` were deleted because no version needed them.
    """

    files_before: int
    bytes_before: int
    files_after: int
    bytes_after: int
    emptied_files: int
    replaced_files: int
    versions_removed: int


@dg.asset(
    key=["operations", "lake_upkeep"],
    group_name="operations",
    kinds={"deltalake"},
    owners=["team:data-science"],
)
def lake_upkeep(context: dg.AssetExecutionContext, config: Kept, lake: Lake) -> dg.MaterializeResult:
    """The lake without origins older than NOVA_LAKE_ORIGINS_KEPT_WEEKS (by default all stay), the files of each
    partition written together, and without files and commits that nobody can read any more."""
    unused_for = timedelta(days=config.replaced_days)
    present = [table for table in registry.ALL if table.schema == "lake" and lake.has(table.name)]
    done = {table.name: keep_up(lake, table, unused_for) for table in present}
    totals = {field: sum(asdict(one)[field] for one in done.values()) for field in Upkeep.__dataclass_fields__}
    kept_from = lake.first_kept_origin()
    return dg.MaterializeResult(
        metadata={
            "tables": dg.MetadataValue.json({name: asdict(one) for name, one in done.items()}),
            "origins_kept_from": "for ever" if kept_from is None else kept_from.isoformat(),
            "replaced_days": config.replaced_days,
            **totals,
        }
    )


def keep_up(lake: Lake, entry: Table, unused_for: timedelta) -> Upkeep:
    """Delete, compact, vacuum and trim one table; a second time in a row there is nothing left to do."""
    table, kept_from = entry.name, lake.first_kept_origin()
    files_before, bytes_before = lake.snapshot(table).sizes
    emptied = 0
    if kept_from is not None and entry.window_column == "origin":
        emptied = lake.delete_before(table, "origin", kept_from)
    lake.compact(table)
    replaced = lake.vacuum(table, unused_for)
    removed = lake.trim_log(table)
    files_after, bytes_after = lake.snapshot(table).sizes
    return Upkeep(files_before, bytes_before, files_after, bytes_after, emptied, replaced, removed)
