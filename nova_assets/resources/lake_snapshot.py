"""One version of a lake table: what is read of it belongs together, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import DeltaTable

from nova_assets.registry import Table
from nova_assets.resources.lake_schema import arrow_schema, require_same
from nova_assets.resources.lake_slice import Slice

if TYPE_CHECKING:
    import pyarrow.dataset as ds


@dataclass(frozen=True)
class LakeSnapshot:
    """A table as it is at one version; its files stay readable as long as housekeeping keeps replaced ones.

    Attributes:
        table: name of the table.
        delta: the table, opened at the version.
    """

    table: str
    delta: DeltaTable

    @property
    def version(self) -> int:
        """0 for the table's first commit, larger after each write."""
        return self.delta.version()

    @property
    def schema(self) -> pa.Schema:
        """Columns and types."""
        return pa.schema(self.delta.schema().to_arrow())

    @property
    def partitioned_by(self) -> list[str]:
        """The columns whose values decide in which files a row lies, the first one a date."""
        return self.delta.metadata().partition_columns

    @property
    def sizes(self) -> tuple[int, int]:
        """Number of files that the version is made of, and their bytes."""
        sizes = pa.table(self.delta.get_add_actions(flatten=True)).column("size_bytes").to_pylist()
        return len(sizes), sum(sizes)

    @property
    def partitions(self) -> list[dict[str, str]]:
        """Of each file the values of the columns that the table is partitioned by."""
        return self.delta.partitions()

    def values_of(self, column: str) -> list[str]:
        """The values of a text column that the table is partitioned by, sorted."""
        return sorted({partition[column] for partition in self.partitions})

    def require(self, entry: Table) -> None:
        """Refuses a table that is not the one the registry describes.

        Raises:
            LakeSchemaError: naming every column that is missing, not in the registry or of another type.
        """
        sentence = f"Lake table {self.table!r}, version {self.version}, is not {entry.relation} of the registry"
        require_same(arrow_schema(entry), self.schema, sentence, ("the registry", "the table"))

    def read(
        self, wanted: Slice, columns: Sequence[str] | None = None, also: Sequence[tuple[str, str, Any]] = ()
    ) -> pa.Table:
        """The rows of a slice, in any order.

        Args:
            wanted: the slice.
            columns: those to read; None: all.
            also: what holds of the rows besides, as `(column, operator, value)`.
        """
        from pyarrow.parquet import filters_to_expression

        condition = filters_to_expression([*wanted.filters, *also])
        return self._files.to_table(columns=None if columns is None else list(columns), filter=condition)

    @cached_property
    def _files(self) -> ds.Dataset:
        """The table's files with what is known of each: looked up once, however often the table is read."""
        return self.delta.to_pyarrow_dataset()
