"""What a listing is: its rows, how they may be filtered and ordered, and what tells one row from all others."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any, Literal, Union, get_args, get_origin

import msgspec


class Operator(Enum):
    """How the value of a parameter selects rows; the SQL names the column, or its place, and the value's."""

    EQUAL = "{column} = {value}"
    ANY = "{column} = ANY({value})"
    AT_LEAST = "{column} >= {value}"
    AT_MOST = "{column} <= {value}"
    EMPTY = "({column} IS NULL) = {value}"
    CONTAINS = "strpos({column}, support.searchable({value})) > 0"


@dataclass(frozen=True)
class Filter:
    """One query parameter that selects rows.

    Attributes:
        parameter: its name.
        columns: columns that it looks at: one, or for a search those whose texts are searched together.
        operator: what it asks of them.
        meaning: for the documentation.
    """

    parameter: str
    columns: tuple[str, ...]
    operator: Operator
    meaning: str


@dataclass(frozen=True)
class Axis:
    """The day on which rows were made: where nothing is asked, those of the latest one are listed.

    Attributes:
        column: name of the column and of the parameter that chooses one day.
        relation: table of which the latest day is meant.
        first, last: parameters that choose a span of days instead.
    """

    column: str
    relation: str
    first: str
    last: str


@dataclass(frozen=True)
class Column:
    """A column as the declaration of the row has it.

    Attributes:
        name: of the field, the parameter and the SQL.
        type: the Python type without None.
        nullable: whether it may be null.
        choices: the only values, where they are few and known.
    """

    name: str
    type: Any
    nullable: bool
    choices: tuple[str, ...]

    @property
    def sql_type(self) -> str:
        """The type that a parameter for it is cast to."""
        return SQL_TYPES[self.type]


SQL_TYPES: Mapping[Any, str] = types.MappingProxyType(
    {str: "text", int: "bigint", float: "float8", bool: "boolean", date: "date", datetime: "timestamptz"}
)
"""Types of columns that may be filtered or sorted by."""


@dataclass(frozen=True)
class Listing:
    """A listing; the page, the parameters, the query, the cursor and the export all follow from it.

    Attributes:
        name: plural noun, in the operationIds `list<Name>` and `export<Name>`.
        path: address below `/api/v1`.
        tag: group in the documentation.
        summary: one line of it.
        row: the fields, in order, with their types and meanings.
        sql: the SELECT with these columns, `sql/api/listings/<sql>.sql`.
        key: columns, none of them null, which no two rows have in common; rows come in their order unless asked.
        filters: the parameters that select rows.
        sortable: other columns that rows may be ordered by; the key settles ties.
        axis: the day that is listed unless another is asked for.
    """

    name: str
    path: str
    tag: str
    summary: str
    row: type[msgspec.Struct]
    sql: str
    key: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    sortable: tuple[str, ...] = ()
    axis: Axis | None = None

    @property
    def operation(self) -> str:
        """operationId of the pages."""
        return f"list{self.name}"

    @property
    def export_operation(self) -> str:
        """operationId of the export."""
        return f"export{self.name}"

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns by name."""
        hints = typing.get_type_hints(self.row)
        return {name: _column(name, hints[name]) for name in self.row.__struct_fields__}

    @cached_property
    def orders(self) -> tuple[str, ...]:
        """Values of the parameter `sort`; the first is the order of the whole key."""
        columns = dict.fromkeys((self.key[0], *self.sortable))
        return tuple(f"{sign}{column}" for column in columns for sign in ("", "-"))

    def order_columns(self, sort: str) -> tuple[str, ...]:
        """What rows are ordered by: the column asked for, then the key."""
        return tuple(dict.fromkeys((sort.removeprefix("-"), *self.key)))

    def of_parameter(self, name: str) -> Filter:
        """The filter that a parameter sets."""
        return next(known for known in self.all_filters if known.parameter == name)

    @cached_property
    def all_filters(self) -> tuple[Filter, ...]:
        """The declared filters, and those of the axis."""
        if self.axis is None:
            return self.filters
        column, first, last = (self.axis.column,), self.axis.first, self.axis.last
        return (
            Filter(
                self.axis.column, column, Operator.EQUAL, f"One day; absent, with `{first}` and `{last}`: the latest"
            ),
            Filter(first, column, Operator.AT_LEAST, "First of several days, included"),
            Filter(last, column, Operator.AT_MOST, "Last of several days, included"),
            *self.filters,
        )


def _column(name: str, hint: Any) -> Column:
    variants = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    chosen = [variant for variant in variants if variant is not type(None)]
    choices = tuple(choice for variant in chosen if get_origin(variant) is Literal for choice in get_args(variant))
    python_type = str if choices else chosen[0]
    return Column(name, get_origin(python_type) or python_type, len(chosen) < len(variants), choices)


def equal(column: str, meaning: str = "", parameter: str | None = None) -> Filter:
    """Rows with this value."""
    return Filter(parameter or column, (column,), Operator.EQUAL, meaning)


def any_of(column: str) -> Filter:
    """Rows with one of several ids."""
    meaning = "One or several ids with commas between them; an id that has a comma itself stands in double quotes"
    return Filter(column, (column,), Operator.ANY, meaning)


def span(column: str, first: str = "from", last: str = "to") -> tuple[Filter, Filter]:
    """Rows of the days between two, both included."""
    return (
        Filter(first, (column,), Operator.AT_LEAST, f"First `{column}`, included; absent: from the beginning"),
        Filter(last, (column,), Operator.AT_MOST, f"Last `{column}`, included; absent: to the end"),
    )


def at_least(column: str) -> Filter:
    """Rows with this value or more."""
    return Filter(f"{column}_min", (column,), Operator.AT_LEAST, f"Least `{column}`")


def at_most(column: str) -> Filter:
    """Rows with this value or less."""
    return Filter(f"{column}_max", (column,), Operator.AT_MOST, f"Greatest `{column}`")


def empty(parameter: str, column: str, meaning: str) -> Filter:
    """Rows in which a column is null, or in which it is not."""
    return Filter(parameter, (column,), Operator.EMPTY, meaning)


def contains(*columns: str) -> Filter:
    """Rows whose texts contain a word, without regard to case or accents."""
    named = " or ".join(f"`{column}`" for column in columns)
    return Filter("q", columns, Operator.CONTAINS, f"Part of {named}, without regard to case or accents")
