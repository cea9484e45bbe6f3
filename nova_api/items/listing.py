"""The catalogue of items."""

from __future__ import annotations

from nova_api.items.schemas import ItemSummary
from nova_api.listings.declaration import Listing, any_of, contains, equal

ITEMS = Listing(
    name="Items",
    path="items",
    tag="items",
    summary="The catalogue of items, in pages",
    row=ItemSummary,
    sql="items",
    key=("item_id",),
    filters=(
        contains("item_id", "item_name"),
        any_of("item_id"),
        equal("family"),
        equal("category"),
        equal("demand_class"),
        equal("abc_class"),
        equal("xyz_class"),
        equal("is_service", "Services alone, goods alone; absent: both"),
        equal("active", "Active alone, inactive alone; absent: both"),
    ),
    sortable=("item_name", "demand_52w", "request_lines_52w", "forecast_4w", "last_demand_on"),
)
