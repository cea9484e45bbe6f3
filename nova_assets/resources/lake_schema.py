"""Columns and types of the lake's tables, as the registry has them and as Arrow writes them."""

from __future__ import annotations

import pyarrow as pa

from nova_assets.registry import Table

ARROW_TYPES = {
    "text": pa.string(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "double precision[]": pa.list_(pa.float64()),
    "jsonb": pa.string(),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}
"""Type of a registry column → type of the column in the lake."""


class LakeSchemaError(ValueError):
    """Rows do not have the columns and types of their lake table, or lie outside the slice to replace; or a lake table
    is not the one that the registry describes."""


def arrow_schema(table: Table) -> pa.Schema:
    """The columns of a registry entry as they lie in the lake."""
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in table.columns])


def require_same(expected: pa.Schema, given: pa.Schema, sentence: str, names: tuple[str, str]) -> None:
    """Refuses a schema whose columns or types are not the expected ones, in whatever order.

    Args:
        expected: what the columns should be.
        given: what they are.
        sentence: begins the message.
        names: what has the expected and what the given columns, in the message.

    Raises:
        LakeSchemaError: naming every column that differs.
    """
    wanted = {field.name: field.type for field in expected}
    found = {field.name: field.type for field in given}
    nothing = "no such column"
    differences = [
        f"{name}: {names[0]} has {wanted.get(name, nothing)}, {names[1]} {found.get(name, nothing)}"
        for name in [*wanted, *(name for name in found if name not in wanted)]
        if wanted.get(name) != found.get(name)
    ]
    if differences:
        raise LakeSchemaError(f"{sentence}: {'; '.join(differences)}.")
