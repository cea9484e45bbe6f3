"""The bodies against the pipeline's registry: every column of a served view is there, and may be null where it may."""

from __future__ import annotations

import msgspec
import pytest

from nova_api.items.schemas import ItemDetail, ItemSummary
from nova_api.kpis.schemas import DemandDailyFamily, ForecastAccuracy, Kpi, LeadTime, RequestsOpenDaily
from nova_api.listings.catalogue import LISTINGS
from nova_assets.registry import table
from tests.support.invented_rows import relation

WHOLE = [
    (ItemDetail, "analytics.mv_item_overview"),
    (Kpi, "analytics.mv_kpi_summary"),
    (DemandDailyFamily, "analytics.mv_demand_daily_family"),
    (RequestsOpenDaily, "analytics.mv_requests_open_daily"),
    (LeadTime, "analytics.mv_lead_time_supplier_family"),
    (ForecastAccuracy, "analytics.mv_forecast_accuracy"),
]
LISTED = [(listing.row, relation(listing)) for listing in LISTINGS]
PARTS = [*LISTED, (ItemSummary, "analytics.mv_item_overview"), (ItemDetail, "core.dim_item")]


def nullable(body: type[msgspec.Struct]) -> dict[str, bool]:
    schema = msgspec.json.schema(body)["$defs"][body.__name__]["properties"]
    return {
        name: {"type": "null"} in field.get("anyOf", ()) or None in field.get("enum", ())
        for name, field in schema.items()
    }


@pytest.mark.parametrize(("body", "relation"), WHOLE)
def test_every_column_of_a_served_view_is_in_its_body(body, relation):
    assert set(table(relation).column_names) <= set(nullable(body))


@pytest.mark.parametrize(("body", "relation"), WHOLE + PARTS)
def test_a_column_that_may_be_null_may_be_null_in_the_body(body, relation):
    fields = nullable(body)
    strict = [column.name for column in table(relation).columns if column.nullable and fields.get(column.name) is False]
    assert strict == []
