"""The lake: Delta tables in a local folder or an object store, written one slice at a time.

`write_range` replaces exactly the rows of a closed range of dates, or those of some models in it, in one Delta commit,
so that running a range again gives the same table and a reader sees either the old rows or the new ones. Dagster's own
Delta IO manager is not used: its reads of several days return the first day only.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

from nova_assets.resources.lake_slice import LakeSchemaError, Slice

if TYPE_CHECKING:
    import pyarrow.dataset as ds

WRITE_ATTEMPTS = 20
LONGEST_PAUSE_SECONDS = 1.0


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

    def write_range(
        self,
        table: str,
        rows: "pa.Table | ds.Dataset",
        partition_column: str,
        first: date,
        last: date,
        within: Mapping[str, Sequence[str]] | None = None,
    ) -> int:
        """Replaces the rows of `table` whose `partition_column` lies in `first`…`last`, both inclusive.

        With `within`, such as `{"model": ["tsb"]}`, only those of them whose columns hold one of the values given. The
        table is created, partitioned by `partition_column` and then the columns of `within`, when absent. Zero rows
        empty the slice. A writer that loses a race on the same files reads the newer version and tries again, so of
        two writers of one slice the later one wins whole, and writers of different ranges or models both stay.

        Args:
            table: name of the table.
            rows: Arrow table, or a dataset of files, which is read in bounded memory; `partition_column` is of type
                `date32`, the columns of `within` are `string`, all without nulls.
            partition_column: the date column that the table is partitioned by first.
            first: first day of the range.
            last: last day of the range.
            within: further columns that the table is partitioned by → the values to replace.

        Returns:
            The table's version after a commit that holds the rows.

        Raises:
            LakeSchemaError: when columns or types differ from the table's, when a row lies outside the slice, or when
                the table is partitioned by other columns. The table stays as it was.
            deltalake.exceptions.CommitFailedError: when other writers won every attempt.
        """
        replaced = Slice(partition_column, first, last, within or {})
        # It imports pandas, and definitions are to load without.
        import pyarrow.dataset as ds

        source = ds.dataset(rows) if isinstance(rows, pa.Table) else rows
        replaced.require_all(table, source)
        for attempt in range(1, WRITE_ATTEMPTS):
            try:
                return self._replace(table, source, replaced)
            except CommitFailedError:
                time.sleep(min(LONGEST_PAUSE_SECONDS, 0.01 * 2**attempt))
        return self._replace(table, source, replaced)

    def read_range(
        self,
        table: str,
        column: str,
        first: date,
        last: date,
        within: Mapping[str, Sequence[str]] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """The rows of `table` whose `column` (a date) lies in `first`…`last`, both inclusive; row order is free.

        Args:
            table: name of the table.
            column: the date column.
            first: first day of the range.
            last: last day of the range.
            within: text columns → the values to read; None: whatever they hold.
            columns: the columns to read, in their order; None: all. Columns that are not asked for cost nothing.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        wanted = Slice(column, first, last, within or {})
        names = None if columns is None else list(columns)
        return self._existing(table).to_pyarrow_table(columns=names, filters=wanted.filters)

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

    def _replace(self, table: str, rows: "ds.Dataset", replaced: Slice) -> int:
        delta = self._created(table, rows.schema, replaced)
        _require_same_schema(table, rows.schema, delta, replaced)
        write_deltalake(
            delta,
            # Columns in the table's order: Delta matches by name, Arrow by position.
            rows.scanner(pa.schema(delta.schema().to_arrow()).names, batch_readahead=2).to_reader(),
            mode="overwrite",
            predicate=replaced.predicate,
        )
        return delta.version()

    def _created(self, table: str, schema: pa.Schema, replaced: Slice) -> DeltaTable:
        uri = self._uri(table)
        if DeltaTable.is_deltatable(uri, storage_options=self.storage_options):
            return DeltaTable(uri, storage_options=self.storage_options)
        return DeltaTable.create(
            uri, schema, mode="ignore", partition_by=replaced.columns, storage_options=self.storage_options
        )


def _require_same_schema(table: str, rows: pa.Schema, delta: DeltaTable, replaced: Slice) -> None:
    partitioned_by = delta.metadata().partition_columns
    # Fewer columns than the table's replace whole partitions too, of every model.
    if partitioned_by[: len(replaced.columns)] != replaced.columns:
        raise LakeSchemaError(f"Lake table {table!r} is partitioned by {partitioned_by}, not by {replaced.columns}.")
    expected = {field.name: field.type for field in pa.schema(delta.schema().to_arrow())}
    given = {field.name: field.type for field in rows}
    differences = [
        f"{name}: table has {expected.get(name, 'no such column')}, rows have {given.get(name, 'no such column')}"
        for name in [*expected, *(name for name in given if name not in expected)]
        if expected.get(name) != given.get(name)
    ]
    if differences:
        raise LakeSchemaError(f"The rows do not fit lake table {table!r}: {'; '.join(differences)}.")
