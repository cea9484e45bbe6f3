"""Loads lead times and the demand over them from the lake into PostgreSQL, origin by origin, after their checks."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from nova_assets.load.from_lake import as_they_are, loaded_asset
from nova_assets.registry.lead_times import (
    LEAD_TIME_DEMAND,
    LEAD_TIME_DEMAND_LOADED,
    SUPPLIER_LEAD_TIMES,
    SUPPLIER_LEAD_TIMES_LOADED,
)


def with_array_text(rows: pa.Table) -> pa.Table:
    """The rows with the list column `quantiles` as PostgreSQL writes arrays: {1,2,3}."""
    joined = pc.call_function("binary_join", [pc.cast(rows["quantiles"], pa.list_(pa.string())), ","])
    text = pc.call_function("binary_join_element_wise", ["{", joined, "}", ""])
    return rows.set_column(rows.schema.get_field_index("quantiles"), "quantiles", text)


supplier_lead_times = loaded_asset(SUPPLIER_LEAD_TIMES, SUPPLIER_LEAD_TIMES_LOADED, as_they_are)
lead_time_demand = loaded_asset(LEAD_TIME_DEMAND, LEAD_TIME_DEMAND_LOADED, with_array_text)
