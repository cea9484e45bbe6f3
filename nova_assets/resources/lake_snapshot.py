"""One version of a lake table: what is read of it belongs together, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from deltalake import DeltaTable

from nova_assets.registry import Table
from nova_assets.resources.lake_schema import arrow_schema, require_same
from nova_assets.resources.lake_slice import Slice


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

    def values_of(self, column: str) -> list[str]:
        """The values of a text column that the table is partitioned by, sorted."""
        return sorted({partition[column] for partition in self.delta.partitions()})

    def require(self, entry: Table) -> None:
        """Refuses a table that is not the one the registry describes.

        Raises:
            LakeSchemaError: naming every column that is missing, not in the registry or of another type.
        """
        sentence = f"Lake table {self.table!r}, version {self.version}, is not {entry.relation} of the registry"
        require_same(arrow_schema(entry), self.schema, sentence, ("the registry", "the table"))

    def read(self, wanted: Slice, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a slice, in any order; of `columns` only, where they are given."""
        names = None if columns is None else list(columns)
        return self.delta.to_pyarrow_table(columns=names, filters=wanted.filters)
