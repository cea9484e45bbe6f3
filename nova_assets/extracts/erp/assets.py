"""The assets that read an ERP by SQL: one per canonical extract, each with the rows it had to set apart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pyarrow as pa
from psycopg import sql

from nova_assets import settings
from nova_assets.extracts.erp.convert import convert, reject_all
from nova_assets.factories import SINGLE_RUN, asset_key, check_specs, publication_events, table_spec
from nova_assets.partitions import FIRST_DAY, Window, run_window, today
from nova_assets.publication import Published, Replacement, Stream
from nova_assets.registry import Grain, Table
from nova_assets.registry.erp import DAILY, REJECTED, SYSTEM, WHOLE
from nova_assets.resources.erp import Erp, ErpError
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

ERP_DAY = "%Y%m%d"

erp_database = dg.AssetSpec(
    asset_key(SYSTEM),
    description="The ERP's own database, read by the queries in sql/erp/<system>/: items, stock, requisitions, orders.",
    group_name="erp",
    kinds={"sql"},
    owners=["team:purchasing"],
)


@dataclass
class _Reading:
    """An extract while it is read: batches become typed rows, and what does not fit is put aside."""

    table: Table
    batches: Callable[[], Iterator[pa.RecordBatch]]
    rejected: list[pa.Table] = field(default_factory=list)

    def rows(self) -> Iterator[pa.Table]:
        self.rejected.clear()
        for batch in self.batches():
            converted = convert(self.table, batch)
            if converted.rejected.num_rows:
                self.rejected.append(converted.rejected)
            yield converted.rows


def extract_asset(table: Table) -> dg.AssetsDefinition:
    """Reads one extract, for the run's window where it has days, and publishes it with its rejected rows."""
    name = extract_name(table)

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[table_spec(table, kinds={"sql", "postgres"}, code=read_sql(f"erp/{settings.erp_system()}/{name}.sql"))],
        check_specs=check_specs(table),
        backfill_policy=None if table.grain is Grain.WHOLE else SINGLE_RUN,
        pool="erp",
    )
    def read(context: dg.AssetExecutionContext, warehouse: Warehouse, erp: Erp) -> Iterator[Any]:
        window = run_window(context)

        def publish() -> list[Published]:
            reading = _Reading(table, lambda: _batches(erp, name, window))
            return warehouse.replace_ranges(
                [
                    Replacement(table, window, Stream(reading.rows)),
                    Replacement(REJECTED, None, Stream(lambda: reading.rejected), scope=_scope(name, window)),
                ],
                context.run.run_id,
            )

        yield from _or_failure(lambda: publication_events(context, publish, source=settings.source()))

    return read


@dg.multi_asset(
    name="support__rejected_erp_rows",
    specs=[table_spec(REJECTED, kinds={"sql", "postgres"}, code=read_sql(f"erp/{settings.erp_system()}/undated.sql"))],
    check_specs=check_specs(REJECTED),
    pool="erp",
)
def rejected_erp_rows(context: dg.AssetExecutionContext, warehouse: Warehouse, erp: Erp) -> Iterator[Any]:
    """Find the rows whose day lies in no partition: no window of any extract would ever meet them."""
    every_day = Window(FIRST_DAY, today())
    bounds = [sql.Literal(f"{day:{ERP_DAY}}") for day in (every_day.first, every_day.last)]
    scope = sql.SQL('(day COLLATE "C" NOT BETWEEN {} AND {})').format(*bounds)

    def publish() -> list[Published]:
        rows = Stream(
            lambda: (reject_all(batch, "day_in_no_partition") for batch in _batches(erp, "undated", every_day))
        )
        return warehouse.replace_ranges([Replacement(REJECTED, None, rows, scope=scope)], context.run.run_id)

    yield from _or_failure(lambda: publication_events(context, publish, source=settings.source()))


def _batches(erp: Erp, extract: str, window: Window | None) -> Iterator[pa.RecordBatch]:
    """What the ERP has, and nothing while another source is the one in use."""
    return erp.batches(extract, window) if settings.source() == "erp" else iter(())


def extract_name(table: Table) -> str:
    """`staging.erp_items` is the extract `items`."""
    return table.name.removeprefix("erp_")


def _scope(extract: str, window: Window | None) -> sql.Composable:
    """The rejected rows that this reading replaces: of the extract, and of the window where it has one."""
    of_extract = sql.SQL("extract = {}").format(sql.Literal(extract))
    if window is None:
        return of_extract
    days = [sql.Literal(f"{day:{ERP_DAY}}") for day in (window.first, window.last)]
    return sql.SQL('{} AND day COLLATE "C" BETWEEN {} AND {}').format(of_extract, *days)


def _or_failure(events: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    try:
        yield from events()
    except ErpError as error:
        raise dg.Failure(f"{error} The previous load stays served.") from error


extracts: Sequence[dg.AssetsDefinition] = [extract_asset(table) for table in (*WHOLE, *DAILY)]
