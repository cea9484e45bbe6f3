"""Lead times and the demand over them, as rows of the lake's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.lead_time.demand import PERCENT_LEVELS, LeadTimeDemand, SummedDemand
from nova_assets.forecasting.lead_time.durations import Durations
from nova_assets.forecasting.lead_time.sources import Sources
from nova_assets.forecasting.lead_time.suppliers import Estimate, LogNormals
from nova_assets.forecasting.lead_time.waits import Waits
from nova_assets.forecasting.parameters import (
    ALL_SITES,
    ALL_SUPPLIERS,
    QUANTILES,
    SUMMED_QUANTILES,
    SUMMED_WEEKS,
)
from nova_assets.forecasting.portfolio import Floats
from nova_assets.registry.lead_times import LEAD_TIME_DEMAND, SUPPLIER_LEAD_TIMES
from nova_assets.resources.lake_schema import arrow_schema

QUANTITY_DECIMALS = 4
"""Of stored quantiles, as of all quantities: more would be text without meaning, a hundred times per item."""

SUPPLIERS_SCHEMA, DEMAND_SCHEMA = arrow_schema(SUPPLIER_LEAD_TIMES), arrow_schema(LEAD_TIME_DEMAND)


class IncompleteSummedDemandError(ValueError):
    """An item lacks the demand of one of `SUMMED_WEEKS`, or has one twice."""


def supplier_rows(origin: date, waits: Waits, found: Estimate, version: str, now: datetime) -> pa.Table:
    """The rows of one origin, the supplier never seen last."""
    suppliers = len(waits.suppliers)
    counted = {
        "lines": _with_total(waits.finished_supplier, suppliers),
        "excluded_lines": np.append(waits.excluded, waits.excluded.sum() + waits.excluded_unnamed),
        "open_lines": _with_total(waits.open_supplier, suppliers),
    }
    days = found.suppliers
    return _table(
        SUPPLIERS_SCHEMA,
        {
            "supplier_id": [*waits.suppliers, ALL_SUPPLIERS],
            **counted,
            "mu": days.mu,
            "sigma": days.sigma,
            "mean_weight": found.mean_weight,
            "variance_weight": found.variance_weight,
            "mean_days": days.mean_days,
            **{f"p{level}_days": days.quantile_days(level / 100) for level in (50, 90, 95)},
        },
        {"origin": origin, "basis": waits.basis, "model_version": version, "generated_at": now},
    )


def suppliers_of(rows: pa.Table) -> tuple[pd.Index, LogNormals]:
    """The suppliers of one origin, sorted, and their lead times with that of a supplier never seen, last."""
    frame = rows.select(["supplier_id", "mu", "sigma"]).to_pandas().set_index("supplier_id").sort_index()
    named = frame.drop(index=ALL_SUPPLIERS)
    ordered = pd.concat([named, frame.loc[[ALL_SUPPLIERS]]])
    return named.index, LogNormals(ordered["mu"].to_numpy("float64"), ordered["sigma"].to_numpy("float64"))


def summed_demand_of(rows: pa.Table) -> tuple[pd.Index, SummedDemand]:
    """The items of one origin, sorted, and their summed demand.

    Args:
        rows: of one origin and model: `item_id`, `weeks`, `forecast_value` and the columns of `SUMMED_QUANTILES`.

    Raises:
        IncompleteSummedDemandError: when an item does not have each of `SUMMED_WEEKS` once.
    """
    ordered = rows.sort_by([("item_id", "ascending"), ("weeks", "ascending")])
    weeks, of_items = ordered["weeks"].to_numpy(), ordered["item_id"].to_numpy(zero_copy_only=False)
    items = of_items[:: len(SUMMED_WEEKS)]
    each_once = np.array_equal(of_items, np.repeat(items, len(SUMMED_WEEKS)))
    if not each_once or not np.array_equal(weeks, np.tile(SUMMED_WEEKS, len(items))):
        raise IncompleteSummedDemandError(
            f"lake.summed_demand must hold {SUMMED_WEEKS} weeks of every item once; it holds {len(weeks)} rows of "
            f"{len(np.unique(of_items))} items. Materialize it anew for this origin."
        )
    shape = (len(items), len(SUMMED_WEEKS))
    quantiles = np.stack([ordered[name].to_numpy() for name in SUMMED_QUANTILES], axis=1)
    return pd.Index(items), SummedDemand(
        SUMMED_WEEKS,
        np.array(tuple(SUMMED_QUANTILES.values())),
        ordered["forecast_value"].to_numpy().reshape(shape),
        quantiles.reshape(*shape, len(SUMMED_QUANTILES)),
    )


def demand_rows(
    items: pd.Index, suppliers: pd.Index, sources: Sources, durations: Durations, demand: LeadTimeDemand, **same: Any
) -> pa.Table:
    """The rows of one origin.

    Args:
        same: `origin`, `basis`, `review_period_days`, `model_version` and `generated_at` of all of them.
    """
    # The last one is that of number −1, nobody.
    names = np.array([*suppliers, None], dtype=object)
    quantiles = np.round(demand.quantiles, QUANTITY_DECIMALS)
    columns = {name: quantiles[:, _position(level)] for name, level in QUANTILES.items()}
    offsets = np.arange(len(items) + 1, dtype=np.int32) * quantiles.shape[1]
    return _table(
        DEMAND_SCHEMA,
        {
            "item_id": items.to_numpy(dtype=object),
            "supplier_id": names[sources.main],
            "supplier_lines": sources.lines,
            "lead_time_mean_days": durations.mean_days,
            "lead_time_p90_days": durations.quantile_days(0.9),
            "lead_time_demand": demand.lead_time_mean,
            "expected_demand": demand.mean,
            **columns,
            "quantiles": pa.ListArray.from_arrays(offsets, quantiles.reshape(-1)),
            "beyond_share": np.clip(demand.extrapolated, 0.0, 1.0),
        },
        {"site_id": ALL_SITES, **same},
    )


def _position(level: float) -> int:
    return int(np.flatnonzero(np.isclose(PERCENT_LEVELS, level))[0])


def _with_total(supplier: np.ndarray, suppliers: int) -> np.ndarray:
    """Lines per supplier, and all lines, also those of nobody yet."""
    return np.append(np.bincount(supplier[supplier >= 0], minlength=suppliers), len(supplier))


def _table(
    schema: pa.Schema, columns: Mapping[str, Sequence[Any] | Floats | pa.Array], same: Mapping[str, Any]
) -> pa.Table:
    """A table in the order of the schema, of columns and of values that all rows share."""
    rows = len(next(iter(columns.values())))
    shared = {name: pa.repeat(pa.scalar(value, schema.field(name).type), rows) for name, value in same.items()}
    return pa.table({name: {**columns, **shared}[name] for name in schema.names}, schema=schema)
