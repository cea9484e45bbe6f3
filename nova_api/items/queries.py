"""Reads of one item."""

from __future__ import annotations

from nova_api.database import Snapshot
from nova_api.errors import UnknownError
from nova_api.items.schemas import ItemDetail
from nova_api.sqltexts import read_sql


async def item_detail(snapshot: Snapshot, item_id: str) -> ItemDetail:
    """Everything known about one item.

    Raises:
        UnknownError: when there is no such item.
    """
    row = await snapshot.row(read_sql("item_detail"), item_id)
    if row is None:
        raise UnknownError(f"there is no item {item_id}")
    return ItemDetail(**row, versions=snapshot.versions)
