"""The lake: Delta tables in a local folder or an object store, written one range at a time.

`write_range` replaces exactly the rows of a closed range of dates in one Delta commit, so that running a range again
gives the same table and a reader sees either the old rows or the new ones. Dagster's own Delta IO manager is not used:
its reads of several days return the first day only.
"""

import time
from datetime import date

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

WRITE_ATTEMPTS = 20
LONGEST_PAUSE_SECONDS = 1.0


class LakeSchemaError(ValueError):
    """The rows do not have the columns and types that the lake table has, or lie outside the range to replace."""


class LakeTableMissingError(LookupError):
    """The lake has no table of this name yet."""


class Lake(dg.ConfigurableResource):
    """Delta tables below one root.

    Attributes:
        root: local folder, or `s3://bucket/prefix`; a table `forecasts` lives in `<root>/forecasts`.
        storage_options: options of the object store, as `deltalake` names them; credentials are better left to the
            process environment (`AWS_ACCESS_KEY_ID`, …), where they appear on no screen.
    """

    root: str
    storage_options: dict[str, str] = {}  # noqa: RUF012 — pydantic copies the default

    def write_range(self, table: str, rows: pa.Table, partition_column: str, first: date, last: date) -> int:
        """Replaces the rows of `table` whose `partition_column` lies in `first`…`last`, both inclusive.

        The table is created, partitioned by `partition_column`, when absent. Zero rows empty the range. A writer that
        loses a race on the same files reads the newer version and tries again, so of two writers of one range the
        later one wins whole, and writers of different ranges both stay.

        Args:
            table: name of the table.
            rows: Arrow table; `partition_column` is of type `date32`, without nulls.
            partition_column: the date column that the table is partitioned by.
            first: first day of the range.
            last: last day of the range.

        Returns:
            The table's version after a commit that holds the rows.

        Raises:
            LakeSchemaError: when columns or types differ from the table's, when a row lies outside the range, or when
                the table is partitioned by another column. The table stays as it was.
            deltalake.exceptions.CommitFailedError: when other writers won every attempt.
        """
        _require_inside(table, rows, partition_column, first, last)
        for attempt in range(1, WRITE_ATTEMPTS):
            try:
                return self._replace(table, rows, partition_column, first, last)
            except CommitFailedError:
                time.sleep(min(LONGEST_PAUSE_SECONDS, 0.01 * 2**attempt))
        return self._replace(table, rows, partition_column, first, last)

    def read_range(self, table: str, column: str, first: date, last: date) -> pa.Table:
        """All rows of `table` whose `column` (a date) lies in `first`…`last`, both inclusive; row order is free.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        return self._existing(table).to_pyarrow_table(filters=[(column, ">=", first), (column, "<=", last)])

    def version(self, table: str) -> int:
        """The Delta version of `table`: 0 for its first commit, larger after each write.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        return self._existing(table).version()

    def _uri(self, table: str) -> str:
        return f"{self.root.rstrip('/')}/{table}"

    def _existing(self, table: str) -> DeltaTable:
        uri = self._uri(table)
        if not DeltaTable.is_deltatable(uri, storage_options=self.storage_options):
            raise LakeTableMissingError(f"The lake has no table {table!r} at {uri}: materialize its asset first.")
        return DeltaTable(uri, storage_options=self.storage_options)

    def _replace(self, table: str, rows: pa.Table, partition_column: str, first: date, last: date) -> int:
        delta = self._created(table, rows.schema, partition_column)
        _require_same_schema(table, rows.schema, delta, partition_column)
        write_deltalake(
            delta,
            # Columns in the table's order: Delta matches by name, Arrow by position.
            rows.select(pa.schema(delta.schema().to_arrow()).names),
            mode="overwrite",
            predicate=f"{partition_column} >= DATE '{first}' AND {partition_column} <= DATE '{last}'",
        )
        return delta.version()

    def _created(self, table: str, schema: pa.Schema, partition_column: str) -> DeltaTable:
        uri = self._uri(table)
        if DeltaTable.is_deltatable(uri, storage_options=self.storage_options):
            return DeltaTable(uri, storage_options=self.storage_options)
        return DeltaTable.create(
            uri, schema, mode="ignore", partition_by=[partition_column], storage_options=self.storage_options
        )


def _require_inside(table: str, rows: pa.Table, column: str, first: date, last: date) -> None:
    if last < first:
        raise ValueError(f"The range of {table!r} ends before it begins: {first} to {last}")
    if column not in rows.column_names:
        raise LakeSchemaError(f"The rows for {table!r} have no column {column!r}; they have {rows.column_names}.")
    if not pa.types.is_date32(rows.column(column).type):
        raise LakeSchemaError(f"{table}.{column} must be date32, got {rows.column(column).type}.")
    outside = rows.num_rows - rows.filter((pc.field(column) >= first) & (pc.field(column) <= last)).num_rows
    if outside:
        raise LakeSchemaError(f"{outside} rows for {table!r} have {column} null or outside {first} to {last}.")


def _require_same_schema(table: str, rows: pa.Schema, delta: DeltaTable, partition_column: str) -> None:
    if delta.metadata().partition_columns != [partition_column]:
        raise LakeSchemaError(
            f"Lake table {table!r} is partitioned by {delta.metadata().partition_columns}, not by {partition_column!r}."
        )
    expected = {field.name: field.type for field in pa.schema(delta.schema().to_arrow())}
    given = {field.name: field.type for field in rows}
    differences = [
        f"{name}: table has {expected.get(name, 'no such column')}, rows have {given.get(name, 'no such column')}"
        for name in [*expected, *(name for name in given if name not in expected)]
        if expected.get(name) != given.get(name)
    ]
    if differences:
        raise LakeSchemaError(f"The rows do not fit lake table {table!r}: {'; '.join(differences)}.")
