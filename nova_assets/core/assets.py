"""The tables of `core` that SQL makes, and the one that waits for a source."""

import dagster as dg

from nova_assets.factories import make_assets, table_spec
from nova_assets.registry import core

made_by_sql = make_assets(
    [core.DIM_ITEM, core.DIM_SITE, core.DIM_SUPPLIER, core.FACT_PURCHASE_LINES, core.FACT_DEMAND_DAILY]
)

inventory: dg.AssetSpec = table_spec(core.FACT_INVENTORY_DAILY, kinds={"postgres"}, code="").merge_attributes(
    metadata={"available": "not in this source"}
)
