"""One day's proposals: what is read from the warehouse for them, and the rows that they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nova_assets.partitions import latest_origin
from nova_assets.planning.columns import UNITS, decimals, floats, positions, scaled, steps, texts
from nova_assets.planning.recommendations.decisions import Decided, Planned, proposed_since, respect
from nova_assets.planning.recommendations.explanations import codes_json, explain, lines_json
from nova_assets.planning.recommendations.priorities import SHORT, SURPLUS, money_at_risk, priorities
from nova_assets.planning.recommendations.proposals import UNKNOWN_STOCK, Items, Levels, Proposals, Stock, propose
from nova_assets.planning.recommendations.transfers import StockedPlaces, Transfers, best_transfers
from nova_assets.quantiles import Floats
from nova_assets.registry.recommendations import RECOMMENDATIONS
from nova_assets.resources.warehouse import Warehouse
from nova_assets.settings import PlanningRules
from nova_assets.sqlfiles import read_sql

QUERIES = ("recommendation_items", "recommendation_places", "planner_decisions", "first_known_day")


@dataclass(frozen=True)
class RecommendationDay:
    """What is known at the end of a day, as the queries of `sql/planning/` tell it.

    Attributes:
        date: the day.
        rules: what the company decides.
        known: an item per row.
        places: what each stocking place has and should have.
        decided: the latest decisions.
        first_known_day: from which day on demand is known; None: none is.
        made_before: rows of days made in the same run, which no query can see yet.
    """

    date: date
    rules: PlanningRules
    known: pa.Table
    places: pa.Table
    decided: pa.Table
    first_known_day: date | None
    made_before: Mapping[date, pa.Table]

    @classmethod
    def read(
        cls, warehouse: Warehouse, day: date, rules: PlanningRules, made_before: Mapping[date, pa.Table]
    ) -> RecommendationDay:
        """What the warehouse knows at the end of `day`, and no later."""
        origin = latest_origin(day)
        known, places, decided, first = (
            warehouse.query_arrow(read_sql(f"planning/{name}.sql"), parameters, nested_loops=False)
            for name, parameters in zip(
                QUERIES, ([day, origin, rules.requested_days], [day], [day], [origin]), strict=True
            )
        )
        return cls(day, rules, known, places, decided, first["day"][0].as_py(), made_before)

    @cached_property
    def items(self) -> Items:
        known = self.known
        projected = _flags(known, "is_projected") & (texts(known, "projection_reason") != UNKNOWN_STOCK)
        levels = [floats(known, n) for n in ("lead_time_demand", "expected_demand", "reorder_point", "order_up_to")]
        planned = ~np.isnan(levels[-1])
        return Items(
            planned=planned,
            service=_flags(known, "is_service"),
            blocked=_flags(known, "blocked"),
            active=_flags(known, "active"),
            criticality=texts(known, "criticality"),
            levels=Levels.of(*(np.where(planned, level, 0.0) for level in levels)),
            stock=Stock(
                projected,
                *(
                    np.where(projected, steps(floats(known, name)), 0)
                    for name in ("on_hand", "on_order", "late_on_order", "lost_on_order")
                ),
                requested=steps(floats(known, "requested")),
                too_late=steps(floats(known, "too_late_on_order")),
            ),
            minimum=floats(known, "min_order_qty"),
            multiple=floats(known, "order_multiple"),
            lead_time_days=floats(known, "lead_time_days"),
            out_q50=floats(known, "stockout_q50_days"),
            out_q90=floats(known, "stockout_q90_days"),
            silent_days=self._silent_days(),
        )

    def _silent_days(self) -> Floats:
        """Days without demand and without receipt; of what was never demanded, as long as demand is known."""
        since = (self.date - self.first_known_day).days if self.first_known_day else 0
        demand, receipt = (floats(self.known, name) for name in ("days_without_demand", "days_without_receipt"))
        return np.fmin(np.where(np.isnan(demand), since, demand), receipt)

    @cached_property
    def transfers(self) -> Transfers:
        return best_transfers(self.stocked, self.known.num_rows)

    @cached_property
    def stocked(self) -> StockedPlaces:
        places = self.places
        return StockedPlaces(
            positions(places["item_id"], self.known["item_id"]),
            *(steps(floats(places, name)) for name in ("on_hand", "position", "reorder_point", "order_up_to")),
            risk=floats(places, "stockout_probability"),
        )

    @cached_property
    def proposals(self) -> Proposals:
        return propose(self.items, self.transfers, self.rules)

    @cached_property
    def since(self) -> NDArray[np.datetime64]:
        """First of the planned days in a row with the day's action."""
        before, since = texts(self.known, "previous_action"), _days(self.known, "proposed_since")
        if self.made_before:
            latest = self.made_before[max(self.made_before)]
            at = positions(self.known["item_id"], latest["item_id"])
            before = texts(latest, "action")[at]
            before[at < 0] = None
            since = np.where(at >= 0, _days(latest, "proposed_since")[at], np.datetime64("NaT"))
        return proposed_since(np.datetime64(self.date), self.proposals.action, before, since)

    @cached_property
    def decisions(self) -> Decided:
        """The decision on each item."""
        at = positions(self.known["item_id"], self.decided["item_id"])
        none = at < 0
        plan_date = _days(self.decided, "plan_date")
        critical = _flags(self.decided, "was_critical")
        for day, made in self.made_before.items():
            row = positions(self.decided["item_id"], made["item_id"])
            seen = (plan_date == np.datetime64(day)) & (row >= 0)
            critical[seen] = _flags(made, "critical")[row[seen]]

        def taken(values: NDArray, nothing: object) -> NDArray:
            wide = np.full(len(at), nothing, dtype=values.dtype)
            wide[~none] = values[at[~none]]
            return wide

        return Decided(
            kind=taken(texts(self.decided, "kind"), None),
            action=taken(texts(self.decided, "action"), None),
            quantity=taken(steps(floats(self.decided, "quantity")), 0),
            plan_date=taken(plan_date, np.datetime64("NaT")),
            was_critical=taken(critical, False),
        )

    @cached_property
    def planned(self) -> Planned:
        made = self.proposals
        return respect(self.decisions, made.action, made.quantity, self.since, self.items.critical)

    def rows(self) -> pa.Table:
        """Rows of `analytics.recommendations`, one for each item of the register."""
        made, planned, rows = self.proposals, self.planned, self.known.num_rows
        price = floats(self.known, "unit_cost_brl")
        quantity = made.quantity / UNITS
        moved = made.action == "transfer"
        chance, shortage = (self._at_target(name, moved) for name in ("stockout_probability", "expected_shortage"))
        money = money_at_risk(made.action, shortage, quantity, price)
        cost = np.select([made.action == "order", made.action == "reduce"], [quantity, -quantity], np.nan) * price
        held = planned.decision != "open"
        columns = {
            "date": pa.array([self.date] * rows, pa.date32()),
            "item_id": self.known["item_id"],
            "action": pa.array(made.action, pa.string()),
            "reason": pa.array(made.reason, pa.string()),
            "quantity": scaled(np.maximum(made.quantity, 0), made.quantity < 0),
            "from_site_id": self._site(self.transfers.source, moved),
            "to_site_id": self._site(self.transfers.target, moved),
            "supplier_id": self.known["supplier_id"],
            "order_by": self._order_by(),
            "cost_brl": decimals(cost),
            "money_at_risk_brl": decimals(money),
            "priority": pa.array(
                priorities(
                    made.action,
                    chance,
                    self.items.criticality,
                    floats(self.known, "tower_share"),
                    money,
                    self.rules.money_half_brl,
                )
            ),
            "critical": pa.array(self.items.critical),
            "explanation": lines_json(explain(self.items, made, self.transfers), self.known["unit"]),
            "codes": codes_json(self._codes()),
            "proposed_since": pa.array(self.since.astype("datetime64[D]")),
            "decision": pa.array(planned.decision, pa.string()),
            "decision_id": self._of_decision("decision_id", held),
            "decided_until": self._of_decision("expires_on", held),
            "planned_action": pa.array(planned.action, pa.string()),
            "planned_quantity": scaled(np.maximum(planned.quantity, 0), planned.quantity < 0),
            "made_at": pa.array([datetime.now(UTC)] * rows, pa.timestamp("us", tz="UTC")),
        }
        return pa.table({name: columns[name] for name in RECOMMENDATIONS.column_names})

    def _at_target(self, name: str, moved: NDArray[np.bool_]) -> Floats:
        """A figure of the item; of a transfer, that of the place that lacks it."""
        there = floats(self.places, name)
        target = self.transfers.target
        return np.where(moved, there[target] if len(there) else np.nan, floats(self.known, name))

    def _site(self, place: NDArray[np.int64], moved: NDArray[np.bool_]) -> pa.Array:
        return self.places["site_id"].combine_chunks().take(pa.array(place, mask=~moved))

    def _order_by(self) -> pa.Array:
        days = self.items.order_by(self.rules.order_risk)
        known = ~np.isnan(days)
        offsets = np.where(known, days, 0).astype("timedelta64[D]")
        return pa.array(np.datetime64(self.date, "D") + offsets, mask=~known)

    def _codes(self) -> list[tuple[str, NDArray[np.bool_]]]:
        items, stock, action = self.items, self.items.stock, self.proposals.action
        planned = items.planned & stock.known
        late_order = items.order_by(self.rules.order_risk) < 1
        return [
            ("out_of_stock", planned & (stock.on_hand <= 0)),
            ("order_comes_too_late", planned & (action == "order") & late_order),
            ("late_supply", stock.late > stock.lost),
            ("lost_supply", stock.lost > 0),
            ("requested", planned & (stock.requested > 0)),
            ("transfer_possible", planned & (action != "transfer") & self.transfers.possible),
            ("price_unknown", np.isnan(floats(self.known, "unit_cost_brl")) & np.isin(action, SHORT + SURPLUS)),
            ("supplier_unknown", (action == "order") & (texts(self.known, "supplier_id") == None)),  # noqa: E711
            ("snooze_ended_critical", self.planned.woken),
        ]

    def _of_decision(self, name: str, held: NDArray[np.bool_]) -> pa.Array:
        at = positions(self.known["item_id"], self.decided["item_id"])
        return self.decided[name].combine_chunks().take(pa.array(at, mask=(at < 0) | ~held))


def _flags(rows: pa.Table, name: str) -> NDArray[np.bool_]:
    return rows[name].to_numpy(zero_copy_only=False).astype(bool)


def _days(rows: pa.Table, name: str) -> NDArray[np.datetime64]:
    return rows[name].to_numpy(zero_copy_only=False).astype("datetime64[D]")
