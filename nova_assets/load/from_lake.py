"""How a run's origins of a lake table take the place of those in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa

from nova_assets.factories import publication_events
from nova_assets.partitions import Window, key_range
from nova_assets.registry import Table
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_schema import LakeSchemaError
from nova_assets.resources.lake_slice import Slice
from nova_assets.resources.lake_snapshot import LakeSnapshot
from nova_assets.resources.warehouse import Warehouse


def lake_publication(
    context: dg.AssetExecutionContext,
    warehouse: Warehouse,
    lake: Lake,
    source: Table,
    target: Table,
    convert: Callable[[pa.Table], pa.Table],
    within: Callable[[LakeSnapshot], Mapping[str, Sequence[str]]] = lambda snapshot: {},
) -> Iterator[Any]:
    """Publish the run's origins as the lake has them now, and record from which version of it.

    Origins that the lake no longer keeps stay as they were loaded.

    Args:
        context: of an asset of weekly origins.
        warehouse: where they are published.
        lake: where they are read.
        source: the lake's table.
        target: the table in PostgreSQL; its window column is that of `source`.
        convert: the rows of the lake → rows with the columns of `target`.
        within: the lake's table → text column → the values to load; every row, where it names no column.

    Raises:
        dagster.Failure: the lake's table is not the one of the registry, the rows fail a check, or the lake keeps none
            of the origins. What was published before stays.
        LakeTableMissingError: the lake has no such table yet.
    """
    origins = kept_origins(lake, *key_range(context))
    snapshot = lake.snapshot(source.name)
    require(snapshot, source)
    rows = convert(snapshot.read(Slice(str(source.window_column), origins.first, origins.last, within(snapshot))))
    made_from = {source.relation: snapshot.version}
    yield from publication_events(
        context,
        lambda: [warehouse.replace_range(target, origins, rows, context.run.run_id, made_from)],
        lake_version=snapshot.version,
    )


def kept_origins(lake: Lake, first: date, last: date) -> Window:
    """The origins of a run that the lake still keeps.

    Raises:
        dagster.Failure: it keeps none of them.
    """
    kept = lake.first_kept_origin()
    if kept is not None and last < kept:
        raise dg.Failure(
            f"The lake keeps origins from {kept} on (NOVA_LAKE_ORIGINS_KEPT_WEEKS): {first} to {last} stay as they "
            "were loaded.",
            allow_retries=False,
        )
    return Window(first if kept is None else max(first, kept), last)


def require(snapshot: LakeSnapshot, source: Table) -> None:
    """Refuse a table whose columns or types are not those of the registry, before anything of it is read."""
    try:
        snapshot.require(source)
    except LakeSchemaError as error:
        raise dg.Failure(f"{error} Nothing was loaded; the former rows stay served.", allow_retries=False) from error
