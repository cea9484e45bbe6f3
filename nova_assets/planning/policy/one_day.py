"""One day's policies: what is read from the warehouse for it, and the rows that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.partitions import latest_origin
from nova_assets.planning.demand import PERCENT_LEVELS, ProtectionDemand
from nova_assets.planning.parameters import Method, Parameters
from nova_assets.planning.policy.places import Places, place_policy
from nova_assets.planning.policy.policies import Items, Policies, Policy, policies
from nova_assets.quantiles import Floats
from nova_assets.registry.planning import INVENTORY_POLICY
from nova_assets.resources.warehouse import Warehouse
from nova_assets.sqlfiles import read_sql

ALL_SITES = "ALL"
UNPRICED_SOURCE, UNPRICED_ITEM, NOT_BOUGHT_FOR = "prices_not_in_source", "item_without_price", "bought_for_all_sites"
COPIED = ("item_id", "supplier_id", "lead_time_days", "review_period_days", "criticality", "abc_class", "unit_cost_brl")
"""Columns that are written as they were read, of an item and of its places alike."""


@dataclass(frozen=True)
class PolicyDay:
    """What is known at the end of a day, and what follows from it.

    Attributes:
        day: the day.
        known: rows of `sql/planning/policy_items.sql`.
        stocked: rows of `sql/planning/stocking_places.sql`.
        parameters: what the company decides.
    """

    day: date
    known: pa.Table
    stocked: pa.Table
    parameters: Parameters

    @classmethod
    def read(cls, warehouse: Warehouse, day: date, parameters: Parameters) -> PolicyDay:
        """What the warehouse knows at the end of `day`, and no later."""
        known = warehouse.query_arrow(read_sql("planning/policy_items.sql"), [day, latest_origin(day)])
        stocked = warehouse.query_arrow(read_sql("planning/stocking_places.sql"), [day])
        return cls(day, known, stocked, parameters)

    @cached_property
    def items(self) -> Items:
        known = self.known
        quantiles = known["quantiles"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        demand = ProtectionDemand(_floats(known, "expected_demand"), quantiles.reshape(-1, len(PERCENT_LEVELS)))
        return Items(
            demand=demand,
            protection_days=_floats(known, "lead_time_days") + _floats(known, "review_period_days"),
            weekly_mean=_floats(known, "weekly_mean"),
            weekly_sd=_floats(known, "weekly_sd"),
            request_size=_floats(known, "request_size"),
            unit_cost=_floats(known, "unit_cost_brl"),
            minimum=_floats(known, "min_order_qty"),
            multiple=_floats(known, "order_multiple"),
            criticality=_codes(known, "criticality"),
            abc_class=_codes(known, "abc_class"),
        )

    @cached_property
    def policies(self) -> Policies:
        return policies(self.items, self.parameters)

    @cached_property
    def made_at(self) -> datetime:
        return datetime.now(UTC)

    def rows(self) -> pa.Table:
        """Rows of `analytics.inventory_policy`: all sites by every method, and each place by the one planned by."""
        whole = [self._whole(method, policy) for method, policy in self.policies.by_method.items()]
        return pa.concat_tables([*whole, self._places()])

    def _whole(self, method: Method, policy: Policy) -> pa.Table:
        every = np.arange(self.known.num_rows)
        return self._rows(
            every,
            policy,
            site_id=pa.array(np.full(len(every), ALL_SITES)),
            method=pa.array(np.full(len(every), method.value)),
            served=pa.array((self.policies.served == method).astype(bool)),
            eoq=_nullable(self.policies.eoq),
            min_order_qty=self.known["min_order_qty"],
            order_multiple=self.known["order_multiple"],
            reason=self._price_reasons(every),
        )

    def _places(self) -> pa.Table:
        """The places of items that are planned. Nothing is bought for a place alone: it has no lot of its own."""
        found = pc.call_function("index_in", [self.stocked["item_id"]], pc.SetLookupOptions(self.known["item_id"]))
        at = found.to_numpy(zero_copy_only=False)
        planned = np.isfinite(at)
        places = Places(at[planned].astype(np.int64), _floats(self.stocked, "share")[planned])
        policy = place_policy(self.policies.planned, places, self.items.demand.variance, self.items.request_size)
        nothing = pa.nulls(len(places.item), pa.float64())
        methods = np.array([method.value for method in self.policies.served[places.item]], dtype=object)
        return self._rows(
            places.item,
            policy,
            site_id=self.stocked["site_id"].filter(pa.array(planned)),
            method=pa.array(methods, pa.string()),
            served=pa.array(np.full(len(places.item), True)),
            eoq=nothing,
            min_order_qty=nothing,
            order_multiple=nothing,
            reason=pc.call_function("coalesce", [self._price_reasons(places.item), pa.scalar(NOT_BOUGHT_FOR)]),
        )

    def _price_reasons(self, of: NDArray[np.int64]) -> pa.Array:
        priced = self.items.priced
        reason = UNPRICED_ITEM if priced.any() else UNPRICED_SOURCE
        return pa.array(np.full(len(of), reason), pa.string(), mask=priced[of])

    def _rows(self, of: NDArray[np.int64], policy: Policy, **columns: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Rows of the items `of`, which may repeat; `columns` are those in which places differ from items."""
        taken = self.known.select(COPIED).take(pa.array(of))
        weights = np.where(self.items.priced, self.policies.weights, np.nan)
        made = {
            **{name: taken[name] for name in COPIED},
            **columns,
            "date": pa.array([self.day] * len(of), pa.date32()),
            "origin": pa.array([latest_origin(self.day)] * len(of), pa.date32()),
            "target_service": pa.array(policy.target_service),
            "expected_demand": pa.array(policy.mean),
            "reorder_point": pa.array(policy.reorder_point),
            "safety_stock": pa.array(policy.safety_stock),
            "order_quantity": pa.array(policy.order_quantity),
            "order_up_to": pa.array(policy.order_up_to),
            "weight": _nullable(weights[of]),
            "made_at": pa.array([self.made_at] * len(of), pa.timestamp("us", tz="UTC")),
        }
        return pa.table({name: made[name] for name in INVENTORY_POLICY.column_names})


def _floats(rows: pa.Table, name: str) -> Floats:
    """A column of numbers, null as NaN."""
    return rows[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def _codes(rows: pa.Table, name: str) -> NDArray[np.object_]:
    """A column of texts, null as None."""
    return np.array(rows[name].to_pylist(), dtype=object)


def _nullable(values: Floats) -> pa.Array:
    """Numbers, NaN as null."""
    return pa.array(values, pa.float64(), from_pandas=True)
