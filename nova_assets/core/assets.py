"""The tables of `core` that SQL makes, from whichever source is in use."""

from nova_assets.factories import make_assets
from nova_assets.registry import core

made_by_sql = make_assets(
    [
        core.DIM_ITEM,
        core.DIM_ITEM_HISTORY,
        core.DIM_SITE,
        core.DIM_SUPPLIER,
        core.FACT_PURCHASE_LINES,
        core.FACT_DEMAND_DAILY,
        core.FACT_ISSUES_DAILY,
        core.FACT_INVENTORY_DAILY,
        core.FACT_DEMAND_ANOMALIES,
        core.FACT_PRICE_ANOMALIES,
    ]
)
