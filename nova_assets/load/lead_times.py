"""Loads lead times and the demand over them from the lake into PostgreSQL, origin by origin, after their checks."""

from __future__ import annotations

from nova_assets.load.from_lake import loaded_asset
from nova_assets.registry.lead_times import (
    LEAD_TIME_DEMAND,
    LEAD_TIME_DEMAND_LOADED,
    SUPPLIER_LEAD_TIMES,
    SUPPLIER_LEAD_TIMES_LOADED,
)

supplier_lead_times = loaded_asset(SUPPLIER_LEAD_TIMES, SUPPLIER_LEAD_TIMES_LOADED)
lead_time_demand = loaded_asset(LEAD_TIME_DEMAND, LEAD_TIME_DEMAND_LOADED)
