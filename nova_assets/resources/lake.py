"""The lake: Delta tables in a local folder or an object store, written one slice at a time.

`write_range` replaces exactly the rows of a closed range of dates, or those of some models in it, in one Delta commit,
so that running a range again gives the same table and a reader sees either the old rows or the new ones. Dagster's own
Delta IO manager is not used: its reads of several days return the first day only.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import dagster as dg
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from nova_assets.partitions import WEEK, monday, today
from nova_assets.resources.lake_schema import LakeSchemaError, require_same
from nova_assets.resources.lake_slice import Rows, Slice
from nova_assets.resources.lake_snapshot import LakeSnapshot

T = TypeVar("T")

# With several threads the library reads rows ahead of those that write them, without a bound: some 120 bytes a row.
os.environ.setdefault("TOKIO_WORKER_THREADS", "1")

ROWS_PER_GROUP = 16_384
"""Rows of a file that are packed, described by their least and greatest values, and read together: some thousand items
of a model, and a few megabytes of whoever writes or reads them."""

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
        origins_kept_weeks: weeks after which housekeeping deletes an origin; None: never.
    """

    root: str
    storage_options: dict[str, str] = {}  # noqa: RUF012 — pydantic copies the default
    origins_kept_weeks: int | None = None

    def first_kept_origin(self) -> date | None:
        """The Monday from which on origins are kept; None: all are."""
        kept = self.origins_kept_weeks
        return None if kept is None else monday(today()) - kept * WEEK

    def write_range(
        self,
        table: str,
        rows: Rows,
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
            rows: Arrow table, or rows on disk, which are read in bounded memory; `partition_column` is of type
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
        replaced.require_all(table, rows)
        return _retried(lambda: self._replace(table, rows, replaced))

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
        return self.snapshot(table).read(Slice(column, first, last, within or {}), columns)

    def snapshot(self, table: str) -> LakeSnapshot:
        """The table as it is now: rows and version that belong together.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        if not self.has(table):
            raise LakeTableMissingError(
                f"The lake has no table {table!r} at {self._uri(table)}: materialize its asset first."
            )
        return LakeSnapshot(table, DeltaTable(self._uri(table), storage_options=self.storage_options))

    def has(self, table: str) -> bool:
        """Whether the table was ever written."""
        return DeltaTable.is_deltatable(self._uri(table), storage_options=self.storage_options)

    def version(self, table: str) -> int:
        """The Delta version of `table`: 0 for its first commit, larger after each write.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        return self.snapshot(table).version

    def delete_before(self, table: str, column: str, day: date) -> int:
        """Deletes the rows whose `column` lies before `day` in one commit; returns how many files that emptied.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        predicate = f"{column} < DATE '{day}'"
        return _retried(lambda: self.snapshot(table).delta.delete(predicate)["num_removed_files"])

    def compact(self, table: str) -> dict[str, Any]:
        """Writes the small files of each partition together; the rows stay as they are.

        Returns:
            delta-rs' metrics, such as `numFilesAdded` and `numFilesRemoved`.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        return _retried(lambda: self.snapshot(table).delta.optimize.compact())

    def vacuum(self, table: str, unused_for: timedelta) -> int:
        """Deletes files that no version has needed for so long; returns how many.

        A reader that began before a file was replaced loses it only when it reads for longer than that.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        hours = int(unused_for / timedelta(hours=1))
        # Delta's own lower bound is a week, which is the caller's to keep.
        return len(self.snapshot(table).delta.vacuum(hours, dry_run=False, enforce_retention_duration=False))

    def trim_log(self, table: str) -> int:
        """Writes a checkpoint and deletes commits older than Delta's log retention; returns how many.

        Raises:
            LakeTableMissingError: when there is no such table.
        """
        delta = self.snapshot(table).delta
        commits = len(delta.history())
        delta.create_checkpoint()
        delta.cleanup_metadata()
        return commits - len(self.snapshot(table).delta.history())

    def _uri(self, table: str) -> str:
        return f"{self.root.rstrip('/')}/{table}"

    def _replace(self, table: str, rows: Rows, replaced: Slice) -> int:
        current = self._created(table, rows.schema, replaced)
        _require_same_schema(current, rows.schema, replaced)
        write_deltalake(
            current.delta,
            _in_order_of(current.schema.names, rows),
            mode="overwrite",
            predicate=replaced.predicate,
            writer_properties=WriterProperties(compression="SNAPPY", max_row_group_size=ROWS_PER_GROUP),
        )
        return current.version

    def _created(self, table: str, schema: pa.Schema, replaced: Slice) -> LakeSnapshot:
        if self.has(table):
            return self.snapshot(table)
        created = DeltaTable.create(
            self._uri(table),
            schema,
            mode="ignore",
            partition_by=replaced.columns,
            storage_options=self.storage_options,
        )
        return LakeSnapshot(table, created)


def _retried(operation: Callable[[], T]) -> T:
    """What `operation` gives, begun anew on the newer version each time another writer committed first."""
    for attempt in range(1, WRITE_ATTEMPTS):
        try:
            return operation()
        except CommitFailedError:
            time.sleep(min(LONGEST_PAUSE_SECONDS, 0.01 * 2**attempt))
    return operation()


def _in_order_of(names: list[str], rows: Rows) -> pa.RecordBatchReader:
    """Columns in the table's order: Delta matches by name, Arrow by position."""
    if rows.schema.names == names:
        return rows.to_reader()
    # It imports pandas, and definitions are to load without.
    import pyarrow.dataset as ds

    return ds.Scanner.from_batches(rows.to_reader(), columns=names).to_reader()


def _require_same_schema(current: LakeSnapshot, rows: pa.Schema, replaced: Slice) -> None:
    name, partitioned_by = current.table, current.partitioned_by
    # Fewer columns than the table's replace whole partitions too, of every model.
    if partitioned_by[: len(replaced.columns)] != replaced.columns:
        raise LakeSchemaError(f"Lake table {name!r} is partitioned by {partitioned_by}, not by {replaced.columns}.")
    require_same(current.schema, rows, f"The rows do not fit lake table {name!r}", ("the table", "the rows"))
