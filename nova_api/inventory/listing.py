"""Stock over time."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.listings.declaration import Listing, any_of, span


class InventoryDay(msgspec.Struct, frozen=True, kw_only=True):
    """Stock of an item in a warehouse at the end of one day."""

    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Warehouse")]
    date: Annotated[date, msgspec.Meta(description="Day, at its end")]
    on_hand: Annotated[float | None, msgspec.Meta(description="Stock on hand (item's unit)")]
    on_order: Annotated[float | None, msgspec.Meta(description="Ordered and not received (item's unit)")]
    unit_cost_brl: Annotated[float | None, msgspec.Meta(description="Unit cost of the stock (BRL)")]
    value_brl: Annotated[float | None, msgspec.Meta(description="Stock on hand at its unit cost (BRL)")]


INVENTORY = Listing(
    name="Inventory",
    path="inventory",
    tag="inventory",
    summary="Stock on hand, on order and its value, by item, warehouse and day",
    row=InventoryDay,
    sql="inventory",
    key=("item_id", "site_id", "date"),
    filters=(any_of("item_id"), any_of("site_id"), *span("date")),
)
