"""How a run's origins of a lake table take the place of those in PostgreSQL."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.factories import SINGLE_RUN, check_specs, publication_events, table_spec
from nova_assets.partitions import WEEK, Window, key_range
from nova_assets.publication import Stream
from nova_assets.registry import Table
from nova_assets.resources.lake import Lake
from nova_assets.resources.lake_schema import LakeSchemaError
from nova_assets.resources.lake_slice import Slice
from nova_assets.resources.lake_snapshot import LakeSnapshot
from nova_assets.resources.warehouse import Warehouse

Convert = Callable[[pa.Table], pa.Table]
Within = Callable[[LakeSnapshot], Mapping[str, Sequence[str]]]


def every_row(snapshot: LakeSnapshot) -> Mapping[str, Sequence[str]]:
    """No text column narrows what is loaded."""
    return {}


def as_they_are(rows: pa.Table) -> pa.Table:
    """The lake's rows: their columns are those of PostgreSQL, lists written as its arrays, `{1,2}`."""
    for position, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            texts = pc.call_function("binary_join", [pc.cast(rows[field.name], pa.list_(pa.string())), ","])
            arrays = pc.call_function("binary_join_element_wise", ["{", texts, "}", ""])
            rows = rows.set_column(position, field.name, arrays)
    return rows


def loaded_asset(
    source: Table, target: Table, convert: Convert = as_they_are, within: Within = every_row
) -> dg.AssetsDefinition:
    """An asset that publishes the run's origins as the lake has them, and records from which version of it.

    Origins that the lake no longer keeps stay as they were loaded. One origin is in memory at a time.

    Args:
        source: the lake's table.
        target: the table in PostgreSQL; its window column is that of `source`.
        convert: the rows of the lake → rows with the columns of `target`, as COPY takes them.
        within: the lake's table → text column → the values to load.
    """

    @dg.multi_asset(
        name=f"{target.schema}__{target.name}",
        specs=[table_spec(target, kinds={"deltalake", "postgres"}, code=_code(convert))],
        check_specs=check_specs(target),
        backfill_policy=SINGLE_RUN,
        pool="warehouse",
    )
    def load(context: dg.AssetExecutionContext, warehouse: Warehouse, lake: Lake) -> Iterator[Any]:
        origins = kept_origins(lake, *key_range(context))
        snapshot = lake.snapshot(source.name)
        require(snapshot, source)
        wanted, column = within(snapshot), str(source.window_column)
        mondays = [origins.first + week * WEEK for week in range((origins.last - origins.first) // WEEK + 1)]
        rows = Stream(lambda: (convert(snapshot.read(Slice(column, one, one, wanted))) for one in mondays))
        made_from = {source.relation: snapshot.version}
        yield from publication_events(
            context,
            lambda: [warehouse.replace_range(target, origins, rows, context.run.run_id, made_from)],
            lake_version=snapshot.version,
        )

    return load


def _code(convert: Convert) -> str:
    module = inspect.getmodule(convert)
    return "".join(inspect.getsource(one) for one in (inspect.getmodule(_code), module) if one)


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
