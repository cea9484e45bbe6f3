"""The SQL of a listing: its SELECT, with filters, order and place composed of declared names and placeholders alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from nova_api.listings.declaration import Filter, Listing, Operator
from nova_api.listings.request import Selection
from nova_api.paging import Cursor
from nova_api.sqltexts import read_sql


@dataclass
class Query:
    """A query being composed; values are arguments, never text."""

    listing: Listing
    conditions: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def placeholder(self, value: object, sql_type: str) -> str:
        """Take an argument; returns its name in the text."""
        self.arguments.append(value)
        return f"${len(self.arguments)}::{sql_type}"

    def text(self, outputs: Sequence[str], order: str, limit: str = "") -> str:
        """The statement, of columns or expressions."""
        where = " AND ".join(self.conditions) or "true"
        source = read_sql(f"listings/{self.listing.sql}")
        return f"SELECT {', '.join(outputs)}\nFROM (\n{source}\n) AS listing\nWHERE {where}\n{order} {limit}"


def latest_day_sql(listing: Listing) -> str:
    """The query of the latest day of a listing with an axis."""
    assert listing.axis is not None
    return f'SELECT max("{listing.axis.column}") AS day FROM {listing.axis.relation}'


def wants_latest_day(listing: Listing, selected: Selection) -> bool:
    """Whether no day is asked for where the rows of one day are listed."""
    axis = listing.axis
    return axis is not None and selected.filters.keys().isdisjoint((axis.column, axis.first, axis.last))


def selecting(listing: Listing, selected: Selection, day: date | None) -> Query:
    """A query with the conditions of a selection.

    Args:
        listing: what is listed.
        selected: the filters; see `nova_api.listings.request`.
        day: the latest day, where that is what is asked for.
    """
    query = Query(listing)
    if wants_latest_day(listing, selected):
        assert listing.axis is not None
        query.conditions.append(f'"{listing.axis.column}" = {query.placeholder(day, "date")}')
    for name, value in selected.filters.items():
        query.conditions.append(_condition(query, listing.of_parameter(name), value))
    return query


def _condition(query: Query, known: Filter, value: object) -> str:
    columns = query.listing.columns
    sql_type = {Operator.ANY: "text[]", Operator.EMPTY: "boolean", Operator.CONTAINS: "text"}.get(
        known.operator
    ) or columns[known.columns[0]].sql_type
    placeholder = query.placeholder(value, sql_type)
    if known.operator is Operator.CONTAINS:
        texts = " || ' ' || ".join(f"""coalesce("{name}", '')""" for name in known.columns)
        return known.operator.value.format(column=f"support.searchable({texts})", value=placeholder)
    return known.operator.value.format(column=f'"{known.columns[0]}"', value=placeholder)


def order_by(listing: Listing, sort: str) -> str:
    """The ORDER BY: all columns in one direction, unknown values last in both."""
    direction = "DESC" if sort.startswith("-") else "ASC"
    columns = listing.columns
    # Only where a column may be null: the clause would keep the index of one that may not from being used.
    nulls = {name: " NULLS LAST" if columns[name].nullable else "" for name in columns}
    return "ORDER BY " + ", ".join(f'"{name}" {direction}{nulls[name]}' for name in listing.order_columns(sort))


def place_columns(listing: Listing, sort: str) -> list[str]:
    """What a cursor keeps of a row, as PostgreSQL writes it."""
    return [f'"{name}"::text AS place_{number}' for number, name in enumerate(listing.order_columns(sort))]


def continue_after(query: Query, sort: str, cursor: Cursor) -> None:
    """Add the condition that rows come after a place."""
    listing = query.listing
    names = listing.order_columns(sort)
    comparison = "<" if sort.startswith("-") else ">"
    if not listing.columns[names[0]].nullable:
        query.conditions.append(_beyond(query, names, cursor.place, comparison))
    elif cursor.place[0] is None:
        rest = _beyond(query, names[1:], cursor.place[1:], comparison)
        query.conditions.append(f'("{names[0]}" IS NULL AND {rest})')
    else:
        value = query.placeholder(cursor.place[0], f"text::{listing.columns[names[0]].sql_type}")
        rest = _beyond(query, names[1:], cursor.place[1:], comparison)
        query.conditions.append(
            f'("{names[0]}" {comparison} {value} OR ("{names[0]}" = {value} AND {rest}) OR "{names[0]}" IS NULL)'
        )


def _beyond(query: Query, names: Sequence[str], place: Sequence[str | None], comparison: str) -> str:
    columns = query.listing.columns
    values = [
        query.placeholder(value, f"text::{columns[name].sql_type}") for name, value in zip(names, place, strict=True)
    ]
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"({quoted}) {comparison} ({', '.join(values)})"
