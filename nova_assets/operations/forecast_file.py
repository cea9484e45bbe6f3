"""A Parquet file of forecasts that others made: what it must be before a row of it reaches the lake."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql

from nova_assets.checks import Check, candidate_checks
from nova_assets.forecasting.parameters import ALL_SITES, HORIZON_WEEKS
from nova_assets.partitions import FIRST_MONDAY, Window, monday, today
from nova_assets.publication.candidates import run_check
from nova_assets.publication.copying import copy_arrow
from nova_assets.registry import Table
from nova_assets.resources.lake_schema import ARROW_TYPES, arrow_schema

ALSO_TAKEN: dict[str, tuple[pa.DataType, ...]] = {
    "text": (pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())),
    "double precision": (pa.float32(),),
    "timestamptz": tuple(pa.timestamp(unit, tz="UTC") for unit in ("s", "ms", "ns")),
}
"""Type of a registry column → types of other writers that say the same."""
MODEL_NAME = re.compile("[a-z][a-z0-9_]{0,62}")


class ForecastFileError(ValueError):
    """The file cannot be taken; the message says all that is wrong with it."""


@dataclass(frozen=True)
class ForecastFile:
    """A file that may be written into the lake: rows in the lake's types, all of one model."""

    model: str
    rows: pa.Table

    @property
    def origins(self) -> list[date]:
        """The Mondays on which its forecasts were made, sorted."""
        return sorted(self.rows["origin"].unique().to_pylist())


def read_forecasts(
    source: pa.NativeFile, table: Table, ours: Collection[str], connection: psycopg.Connection
) -> ForecastFile:
    """The content of a Parquet file, once everything about it is right.

    Args:
        source: the open file.
        table: the lake's table that it is for.
        ours: the names of Nova's own models.
        connection: to the warehouse, where the rows are checked in a temporary table.

    Raises:
        ForecastFileError: saying all that is wrong with the columns, with the model, or with the rows.
    """
    rows = read_rows(source, table)
    model = model_of(rows, ours)
    with connection.transaction():
        check_rows(connection, table, rows)
    return ForecastFile(model, rows)


def read_rows(source: pa.NativeFile, table: Table) -> pa.Table:
    """The rows of a file, in the types of the lake.

    Raises:
        ForecastFileError: it is no Parquet file, has no row, or its columns are not exactly those of `table`.
    """
    try:
        file = pq.ParquetFile(source)
        differences = list(_differences(file.schema_arrow, table))
        rows = None if differences else file.read()
    except (pa.ArrowException, OSError) as error:
        raise ForecastFileError(f"It cannot be read as Parquet: {error}") from error
    if rows is None:
        raise ForecastFileError(f"Its columns are not those of {table.relation}: {'; '.join(differences)}.")
    if not rows.num_rows:
        raise ForecastFileError("It has no row.")
    # Instants in nanoseconds lose what the lake does not keep; nothing else can be lost.
    return rows.select(list(table.column_names)).cast(arrow_schema(table), safe=False)


def _differences(given: pa.Schema, table: Table) -> Iterator[str]:
    names = given.names
    for column in table.columns:
        wanted, taken = ARROW_TYPES[column.type], ALSO_TAKEN.get(column.type, ())
        if column.name not in names:
            yield f"{column.name} is missing"
        elif names.count(column.name) > 1:
            yield f"{column.name} is there more than once"
        elif (found := given.field(column.name).type) != wanted and found not in taken:
            yield f"{column.name} is {found}, must be {wanted}"
    yield from (f"{name} is no column of it" for name in names if name not in table.column_names)


def model_of(rows: pa.Table, ours: Collection[str]) -> str:
    """The one model whose forecasts the rows are.

    Raises:
        ForecastFileError: they are of none, of several or of one of Nova's own, or its name cannot be one.
    """
    models = rows["model"].unique().to_pylist()
    if len(models) != 1 or models[0] is None:
        raise ForecastFileError(f"It must hold one model, and holds {', '.join(map(str, sorted(map(str, models))))}.")
    [model] = models
    if model in ours:
        raise ForecastFileError(f"The model {model!r} is one of Nova's own: give yours another name.")
    if not MODEL_NAME.fullmatch(model):
        raise ForecastFileError(f"The model's name {model!r} must be small letters, digits and _, a letter first.")
    return model


def check_rows(connection: psycopg.Connection, table: Table, rows: pa.Table) -> None:
    """Put the rows to the checks of the registry and to those of forecasts, in a temporary table.

    Args:
        connection: to the warehouse, in a transaction: the temporary table ends with it.
        table: the lake's table that the rows are for.
        rows: as `read_rows` gives them.

    Raises:
        ForecastFileError: naming every check that failed, the number of rows that do not pass, and one of them.
    """
    name = sql.Identifier("dropped_forecasts")
    types = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type))  # pyright: ignore[reportArgumentType]
        for column in table.columns
    )
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, types))
    copy_arrow(connection, name, [rows])
    weeks = Window(FIRST_MONDAY, monday(today()))
    checks = [*candidate_checks(table, name, weeks), *forecast_checks(table, name)]
    failed = [str(result) for result in (run_check(connection, check, table) for check in checks) if not result.passed]
    if failed:
        raise ForecastFileError("; ".join(failed))


def forecast_checks(table: Table, rows: sql.Identifier) -> Iterator[Check]:
    """What holds of forecasts beyond the rules of single columns."""
    numbers = [column.name for column in table.columns if column.type == "double precision"]
    quantiles = [name for name in numbers if name[0] == "q" and name[1:].isdecimal()]
    yield _where(
        "numbers_are_not_negative",
        "Demand is zero or more",
        rows,
        " OR ".join(f"{name} < 0" for name in numbers),
    )
    yield _where(
        "quantiles_do_not_cross",
        "Quantiles rise with their level",
        rows,
        " OR ".join(f"{lower} > {higher}" for lower, higher in pairwise(quantiles)),
    )
    yield _where("origins_are_mondays", "A forecast is made on a Monday", rows, "extract(isodow FROM origin) <> 1")
    yield _where(
        "items_exist",
        "Items are materials of core.dim_item",
        rows,
        "NOT EXISTS (SELECT FROM core.dim_item AS i WHERE i.item_id = dropped.item_id AND NOT i.is_service)",
    )
    yield _where(
        "sites_are_pooled", f"Forecasts are of all sites together, {ALL_SITES}", rows, f"site_id <> '{ALL_SITES}'"
    )
    if "forecast_date" in table.column_names:
        yield _whole_horizon(rows)


def _whole_horizon(rows: sql.Identifier) -> Check:
    weeks = sql.SQL(
        "SELECT origin, item_id, count(*) AS weeks, min(forecast_date) AS first, max(forecast_date) AS last FROM {}"
        " GROUP BY origin, item_id HAVING count(*) <> {} OR min(forecast_date) <> origin"
        " OR max(forecast_date) <> origin + 7 * ({} - 1) OR bool_or(extract(isodow FROM forecast_date) <> 1)"
    ).format(rows, HORIZON_WEEKS, HORIZON_WEEKS)
    meaning = f"Each item has the {HORIZON_WEEKS} Mondays from its origin on"
    return Check("horizon_is_whole", meaning, weeks, {})


def _where(name: str, meaning: str, rows: sql.Identifier, condition: str) -> Check:
    query = sql.SQL("SELECT * FROM {} AS dropped WHERE {}").format(rows, sql.SQL(condition))  # pyright: ignore[reportArgumentType]
    return Check(name, meaning, query, {})
