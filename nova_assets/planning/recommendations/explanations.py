"""Why a quantity is what it is: lines that add up to it, to the last digit.

A line has a code, a value and the item's unit; what takes away is negative. Lines of nothing are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.planning.columns import scaled, steps
from nova_assets.planning.recommendations.proposals import Items, Proposals, Steps
from nova_assets.planning.recommendations.transfers import Transfers

LINES = (
    "lead_time_demand",
    "review_period_demand",
    "safety_stock",
    "order_quantity",
    "on_hand",
    "on_order",
    "late_on_order",
    "lost_on_order",
    "requested",
    "arrives_after_stockout",
    "surplus_at_source",
    "above_reorder_point",
    "beyond_reorder_point",
    "here_already",
    "not_needed",
    "minimum_order",
    "rounding",
)
"""Codes of the lines, in the order in which they are told."""

SEPARATOR = ", "

Mask = NDArray[np.bool_]


class Lines:
    """Lines of all items, in steps, as they are gathered."""

    def __init__(self, items: int) -> None:
        self.values: Mapping[str, Steps] = {code: np.zeros(items, dtype=np.int64) for code in LINES}

    def add(self, which: Mask, **values: Steps) -> None:
        """Add values to the lines of these codes, of some items."""
        for code, value in values.items():
            self.values[code][which] += value[which]

    @property
    def total(self) -> Steps:
        return np.sum(list(self.values.values()), axis=0)


def explain(items: Items, made: Proposals, transfers: Transfers) -> Lines:
    """The lines of each proposal. They add up to its quantity; where stock is not known, to the order-up-to level."""
    lines, levels, stock = Lines(len(items)), items.levels, items.stock
    to_level = {
        "lead_time_demand": levels.lead_time_demand,
        "review_period_demand": levels.review_demand,
        "safety_stock": levels.safety,
    }
    to_target = {**to_level, "order_quantity": levels.lot}
    covered = {
        "on_hand": -stock.on_hand,
        "on_order": -stock.on_order,
        "late_on_order": stock.late,
        "requested": -stock.requested,
    }
    supplied = {
        "on_hand": -stock.on_hand,
        "on_order": -stock.on_order,
        "lost_on_order": stock.lost,
        "requested": -stock.requested,
    }
    quiet = _of(made, "none", "above_reorder_point") | _of(made, "none", "requested")
    lines.add(quiet, **to_level, **covered, above_reorder_point=stock.cover - levels.reorder_point)
    lines.add(_of(made, "none", "stock_not_in_source"), **to_target)

    need = levels.order_up_to - stock.supply
    raised = np.maximum(steps(items.minimum) - need, 0)
    lines.add(_of(made, "order"), **to_target, **supplied, minimum_order=raised, rounding=made.quantity - need - raised)

    late = stock.late - stock.lost
    short = levels.reorder_point - stock.cover
    lines.add(_of(made, "expedite", "late_supply"), **to_level, **covered, beyond_reorder_point=late - short)
    lines.add(_of(made, "expedite", "arrives_too_late"), arrives_after_stockout=stock.too_late)
    lines.add(_of(made, "expedite", "request_waits"), requested=stock.requested)

    wanted = np.minimum(transfers.surplus, transfers.needed)
    lines.add(
        _of(made, "transfer"),
        surplus_at_source=transfers.surplus,
        not_needed=wanted - transfers.surplus,
        rounding=made.quantity - wanted,
    )

    excess = stock.supply - levels.order_up_to
    open_part = np.minimum(excess, stock.to_come)
    lines.add(
        _of(made, "reduce"),
        **_negative({**to_target, **supplied}),
        here_already=open_part - excess,
        rounding=made.quantity - open_part,
    )
    lines.add(_of(made, "hold", "excess"), **_negative(to_target), on_hand=stock.on_hand)
    lines.add(_of(made, "hold", "critical_spare") | _of(made, "dead_stock"), on_hand=stock.on_hand)
    return lines


def _of(made: Proposals, action: str, reason: str | None = None) -> Mask:
    chosen = made.action == action
    return chosen & (made.reason == reason) if reason else chosen


def _negative(lines: Mapping[str, Steps]) -> dict[str, Steps]:
    return {code: -value for code, value in lines.items()}


def lines_json(lines: Lines, units: pa.ChunkedArray | pa.Array) -> pa.Array:
    """`[{"code": …, "value": …, "unit": …}, …]` of each item, as JSON text."""
    unit = _json_strings(units)
    parts = [_line_json(code, value, unit) for code, value in lines.values.items()]
    return _json_list(parts)


def _line_json(code: str, value: Steps, unit: pa.Array) -> pa.Array:
    """One line of each item, with the comma before it; empty where it is nothing."""
    text = pc.cast(scaled(value), pa.string())
    made = _joined(f'{SEPARATOR}{{"code": "{code}", "value": ', text, ', "unit": ', unit, "}")
    return pc.call_function("if_else", [pa.array(value != 0), made, ""])


def codes_json(codes: Sequence[tuple[str, Mask]]) -> pa.Array:
    """`["code", …]` of each item, of the codes that hold, as JSON text."""
    return _json_list(
        [pc.call_function("if_else", [pa.array(holds), f'{SEPARATOR}"{code}"', ""]) for code, holds in codes]
    )


def _json_list(parts: Sequence[pa.Array]) -> pa.Array:
    """Parts that begin with a separator each, or are empty."""
    behind_first = pc.SliceOptions(len(SEPARATOR))
    return _joined("[", pc.call_function("utf8_slice_codeunits", [_joined(*parts)], behind_first), "]")


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.call_function("binary_join_element_wise", [*parts, ""])


def _json_strings(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Texts in quotes, as JSON has them."""
    texts = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    for character, escaped in (("\\", "\\\\"), ('"', '\\"')):
        options = pc.ReplaceSubstringOptions(character, escaped)
        texts = pc.call_function("replace_substring", [texts], options)
    return _joined('"', texts, '"')
