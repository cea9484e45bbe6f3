"""Which rows of a lake table are meant: a closed range of dates, all of it or the rows of some models alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.resources.lake_schema import LakeSchemaError


class Rows(Protocol):
    """Rows that can be read any number of times, batch by batch: an Arrow table, or one on disk."""

    @property
    def schema(self) -> pa.Schema:
        """Columns and types."""
        ...

    def to_reader(self) -> pa.RecordBatchReader:
        """All rows."""
        ...


@dataclass(frozen=True)
class Slice:
    """The rows whose `column` lies in `first`…`last`, both inclusive, and whose `within` columns hold a value given.

    Attributes:
        column: name of a column of dates.
        first: first day.
        last: last day.
        within: text column → the values that belong to the slice; no column: all rows of the range.

    Raises:
        ValueError: the range ends before it begins, or a column of `within` is given no value.
    """

    column: str
    first: date
    last: date
    within: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The range of {self.column} ends before it begins: {self.first} to {self.last}")
        if empty := [name for name, values in self.within.items() if isinstance(values, str) or not values]:
            raise ValueError(f"A slice needs a list of at least one value of {', '.join(empty)}")

    @property
    def columns(self) -> list[str]:
        """The columns that decide what belongs to the slice, in the order in which a table is partitioned by them."""
        return [self.column, *self.within]

    @property
    def predicate(self) -> str:
        """The slice as Delta's SQL."""
        dates = f"{self.column} >= DATE '{self.first}' AND {self.column} <= DATE '{self.last}'"
        return " AND ".join(
            [dates, *(f"{name} IN ({', '.join(map(_quoted, values))})" for name, values in self.within.items())]
        )

    @property
    def filters(self) -> list[tuple[str, str, Any]]:
        """The slice as the conjunction that Arrow's datasets read by."""
        dates = [(self.column, ">=", self.first), (self.column, "<=", self.last)]
        return [*dates, *((name, "in", list(values)) for name, values in self.within.items())]

    def require_all(self, table: str, rows: Rows) -> None:
        """Refuses rows for `table` that do not belong to the slice.

        Raises:
            LakeSchemaError: a column of the slice is missing or of another type, or a row lies outside the slice.
        """
        for name in self.columns:
            if name not in rows.schema.names:
                raise LakeSchemaError(f"The rows for {table!r} have no column {name!r}; they have {rows.schema.names}.")
            wanted = pa.date32() if name == self.column else pa.string()
            if (given := rows.schema.field(name).type) != wanted:
                raise LakeSchemaError(f"{table}.{name} must be {wanted}, got {given}.")
        outside = dict.fromkeys(self.columns, 0)
        for batch in rows.to_reader():
            for name in self.columns:
                column = pa.table({name: batch.column(name)})
                outside[name] += column.num_rows - column.filter(self._holds(name)).num_rows
        for name, count in outside.items():
            if count:
                found = (
                    f"outside {self.first} to {self.last}" if name == self.column else f"none of {self._listed(name)}"
                )
                raise LakeSchemaError(f"{count} rows for {table!r} have {name} null or {found}.")

    def _holds(self, name: str) -> pc.Expression:
        """Whether a value of a column belongs to the slice; not where it is null."""
        if name in self.within:
            return pc.field(name).isin(list(self.within[name]))
        return (pc.field(name) >= self.first) & (pc.field(name) <= self.last)

    def _listed(self, name: str) -> str:
        return ", ".join(self.within[name])


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
