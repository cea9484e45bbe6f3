"""Suppliers and how they perform."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from nova_api.listings.declaration import Listing, any_of, at_most, contains


class Supplier(msgspec.Struct, frozen=True, kw_only=True):
    """A supplier, with figures of its last 364 days; they are null where nothing was bought in them."""

    supplier_id: Annotated[str, msgspec.Meta(description="Supplier")]
    supplier_name: Annotated[str, msgspec.Meta(description="Name; the id where the source has none")]
    first_request_on: Annotated[date, msgspec.Meta(description="First request")]
    last_request_on: Annotated[date, msgspec.Meta(description="Latest request")]
    request_lines: Annotated[int, msgspec.Meta(description="Lines requested, services included")]
    orders: Annotated[int | None, msgspec.Meta(description="Orders")]
    ordered_brl: Annotated[float | None, msgspec.Meta(description="Value ordered (BRL)")]
    purchase_time_median_days: Annotated[float | None, msgspec.Meta(description="Median from request to order")]
    lead_time_median_days: Annotated[float | None, msgspec.Meta(description="Median of it")]
    lead_time_p90_days: Annotated[float | None, msgspec.Meta(description="90 % quantile of it")]
    overdue_lines: Annotated[int | None, msgspec.Meta(description="Of these, not received yet")]
    on_time_rate: Annotated[float | None, msgspec.Meta(description="On-time lines ÷ due lines (share)")]


class SupplierPerformance(msgspec.Struct, frozen=True, kw_only=True):
    """A supplier over the last 364 days of data."""

    supplier_id: Annotated[str, msgspec.Meta(description="Supplier")]
    supplier_name: Annotated[str, msgspec.Meta(description="Name")]
    orders: Annotated[int, msgspec.Meta(description="Orders")]
    lines: Annotated[int, msgspec.Meta(description="Lines ordered")]
    ordered_brl: Annotated[float | None, msgspec.Meta(description="Value ordered (BRL)")]
    ordered_reason: Annotated[str | None, msgspec.Meta(description="Why there is no value")]
    after_the_fact_lines: Annotated[int, msgspec.Meta(description="Lines bought before their request")]
    purchase_time_median_days: Annotated[float | None, msgspec.Meta(description="Median from request to order")]
    received_lines: Annotated[int, msgspec.Meta(description="Lines received")]
    lead_time_mean_days: Annotated[float | None, msgspec.Meta(description="Mean from order to first receipt")]
    lead_time_median_days: Annotated[float | None, msgspec.Meta(description="Median of it")]
    lead_time_p90_days: Annotated[float | None, msgspec.Meta(description="90 % quantile of it")]
    lead_time_median_91d_days: Annotated[
        float | None, msgspec.Meta(description="Median of lines received in the last 91 days")
    ]
    lead_time_median_before_days: Annotated[float | None, msgspec.Meta(description="Median of lines received before")]
    promised_mean_days: Annotated[float | None, msgspec.Meta(description="Mean from order to promise")]
    due_lines: Annotated[int, msgspec.Meta(description="Lines whose promised day has come")]
    on_time_lines: Annotated[int, msgspec.Meta(description="Of these, received by that day")]
    overdue_lines: Annotated[int, msgspec.Meta(description="Of these, not received yet")]
    on_time_rate: Annotated[float | None, msgspec.Meta(description="On-time lines ÷ due lines (share)")]
    receipt_reason: Annotated[str | None, msgspec.Meta(description="Why receipts are not known")]
    as_of: Annotated[date, msgspec.Meta(description="Last day of data")]


SUPPLIERS = Listing(
    name="Suppliers",
    path="suppliers",
    tag="suppliers",
    summary="Suppliers that were ever bought from",
    row=Supplier,
    sql="suppliers",
    key=("supplier_id",),
    filters=(contains("supplier_id", "supplier_name"), any_of("supplier_id"), at_most("on_time_rate")),
    sortable=(
        "supplier_name",
        "request_lines",
        "last_request_on",
        "ordered_brl",
        "lead_time_median_days",
        "on_time_rate",
    ),
)

SUPPLIER_PERFORMANCE = Listing(
    name="SupplierPerformance",
    path="kpis/supplier-performance",
    tag="suppliers",
    summary="What each supplier was asked for, how long it took and what was punctual",
    row=SupplierPerformance,
    sql="supplier_performance",
    key=("supplier_id",),
    filters=(contains("supplier_id", "supplier_name"), any_of("supplier_id"), at_most("on_time_rate")),
    sortable=("supplier_name", "lines", "ordered_brl", "lead_time_median_days", "overdue_lines", "on_time_rate"),
)
