"""What was asked of purchasing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.listings.declaration import Listing, any_of, empty, equal, span


class PurchaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line requested from purchasing, with the dates that the source knows."""

    order_id: Annotated[
        str,
        msgspec.Meta(
            description="Order number; SC and the requisition's before it is ordered; the requisition's in the workbook"
        ),
    ]
    line_no: Annotated[str, msgspec.Meta(description="Line of it")]
    item_id: Annotated[str, msgspec.Meta(description="Item")]
    site_id: Annotated[str, msgspec.Meta(description="Site")]
    supplier_id: Annotated[str, msgspec.Meta(description="Supplier")]
    needed_on: Annotated[date | None, msgspec.Meta(description="Needed on")]
    requested_on: Annotated[
        date, msgspec.Meta(description="Requested from purchasing on; ordered on, where there was no requisition")
    ]
    ordered_on: Annotated[date | None, msgspec.Meta(description="Ordered on")]
    promised_on: Annotated[date | None, msgspec.Meta(description="Promised on; null: not in the source")]
    received_on: Annotated[date | None, msgspec.Meta(description="First receipt; null: none, or not in the source")]
    ordered_qty: Annotated[float, msgspec.Meta(description="Quantity (item's unit)")]
    received_qty: Annotated[float | None, msgspec.Meta(description="Quantity received (item's unit)")]
    unit_price_brl: Annotated[float | None, msgspec.Meta(description="Unit price (BRL)")]
    after_the_fact: Annotated[
        bool, msgspec.Meta(description="The purchase came before its request: a regularisation, left out of lead times")
    ]
    is_open: Annotated[bool, msgspec.Meta(description="Not ordered yet")]
    rest_cancelled: Annotated[
        bool,
        msgspec.Meta(description="What is not received of it will not come: cancelled or closed short, as known today"),
    ]
    value_brl: Annotated[float | None, msgspec.Meta(description="Quantity at unit price (BRL)")]
    item_name: Annotated[str | None, msgspec.Meta(description="Name; null: no longer in the register")]
    family: Annotated[str | None, msgspec.Meta(description="Family")]
    unit: Annotated[str | None, msgspec.Meta(description="Unit of its quantities")]
    supplier_name: Annotated[str | None, msgspec.Meta(description="Name of the supplier")]


PURCHASE_LINES = Listing(
    name="PurchaseLines",
    path="purchase-lines",
    tag="purchases",
    summary="Lines requested from purchasing, with the dates that the source knows",
    row=PurchaseLine,
    sql="purchase_lines",
    key=("order_id", "line_no"),
    filters=(
        any_of("order_id"),
        any_of("item_id"),
        any_of("site_id"),
        any_of("supplier_id"),
        equal("family"),
        equal("is_open"),
        equal("after_the_fact"),
        empty("awaited", "received_on", "Not received alone, received alone; absent: both"),
        *span("requested_on"),
        *span("promised_on", "promised_from", "promised_to"),
    ),
    sortable=("requested_on", "ordered_on", "promised_on", "value_brl"),
)
