"""Rows invented for a table of the registry: few values, so that they tie, and unknown ones wherever they may be."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from nova_api.listings.declaration import Listing
from nova_api.sqltexts import read_sql
from nova_assets.registry import Column, Table, table

FIRST_DAY = date(2024, 1, 1)
TEXTS = ("A", "a", "ç", "c d", "C,D", "'", '"', "\\", "=1+1", "Ã 😀", "ALL", "")


def relation(listing: Listing) -> str:
    """The table that a listing's rows come from."""
    found = re.search(r"^FROM (\w+\.\w+)", read_sql(f"listings/{listing.sql}"), re.MULTILINE)
    assert found is not None, f"sql/api/listings/{listing.sql}.sql has no FROM"
    return found[1]


def invent(listing: Listing, count: int, seed: int) -> tuple[Table, list[dict[str, Any]]]:
    """At most so many rows of a listing's table, no two with the same key."""
    chosen = random.Random(f"{listing.name} {seed}")
    into = table(relation(listing))
    rows = [{column.name: _value(column, listing, chosen) for column in into.columns} for _ in range(count)]
    if into.relation == "analytics.inventory_policy":
        # As the pipeline's own rules have it: one method is planned by, and all is bought for all places together.
        rows = [row | {"site_id": "ALL", "served": row["method"] == "allocated"} for row in rows]
    return into, list({tuple(row[name] for name in into.key): row for row in rows}.values())


def fill(connection: psycopg.Connection, into: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Replace what a table holds."""
    name = sql.Identifier(into.schema, into.name)
    columns = sql.SQL(", ").join(map(sql.Identifier, into.column_names))
    values = sql.SQL(", ").join([sql.Placeholder()] * len(into.column_names))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(name))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(name, columns, values)
        cursor.executemany(statement, [list(row.values()) for row in rows])


def _value(column: Column, listing: Listing, chosen: random.Random) -> Any:
    listed = listing.columns.get(column.name)
    if column.nullable and chosen.random() < 0.25:
        return None
    if choices := column.allowed or (listed.choices if listed else ()):
        return chosen.choice(choices)
    if column.type == "jsonb":
        return Jsonb(_DOCUMENTS.get(column.name, {"days": 9}))
    if column.type.endswith("[]"):
        return [chosen.choice([0.0, 1.5, -2.25]) for _ in range(3)]
    if column.type.startswith("numeric"):
        return chosen.choice([0, 1, 2.5, "12345678.1234"])
    return _OF_TYPE[column.type](chosen)


def _day(chosen: random.Random) -> date:
    return FIRST_DAY + timedelta(chosen.randrange(6))


def _number(chosen: random.Random) -> float:
    # Not a number is a value that PostgreSQL keeps and orders; the column that may not hold it is nullable in the body.
    return chosen.choice([0.0, -0.0, 0.1, 0.30000000000000004, 0.3, 7.25])


_OF_TYPE: dict[str, Any] = {
    "text": lambda chosen: chosen.choice(TEXTS),
    "integer": lambda chosen: chosen.randrange(4),
    "bigint": lambda chosen: chosen.randrange(4),
    "smallint": lambda chosen: chosen.randrange(4),
    "double precision": _number,
    "real": _number,
    "boolean": lambda chosen: chosen.random() < 0.5,
    "date": _day,
    "timestamptz": lambda chosen: datetime(2024, 1, 1, 12, 0, 0, 123456, tzinfo=UTC) + timedelta(chosen.randrange(3)),
    "uuid": lambda chosen: uuid.UUID(int=chosen.getrandbits(128)),
}
_DOCUMENTS = {"explanation": [{"code": "on_hand", "value": -1, "unit": "UN"}], "codes": ["out_of_stock"]}
