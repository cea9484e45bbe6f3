"""The unit that an item's quantities are in."""

from __future__ import annotations

from nova_api.database import Snapshot
from nova_api.errors import UnknownError
from nova_api.sqltexts import read_sql


async def item_unit(snapshot: Snapshot, item_id: str) -> str:
    """The item's unit.

    Raises:
        UnknownError: when there is no such item.
    """
    row = await snapshot.row(read_sql("item_unit"), item_id)
    if row is None:
        raise UnknownError(f"there is no item {item_id}")
    return row["unit"]
