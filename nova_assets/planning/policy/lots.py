"""How much to order at a time: the economic order quantity, and the lots that a supplier sells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nova_assets.quantiles import Floats

MONTHS_A_YEAR = 12
ROUNDING = 1e-9
"""A lot that is over by this part of a multiple is whole: sums of fractions of a unit miss it by their last bits."""


@dataclass(frozen=True)
class LotCosts:
    """What ordering and keeping costs, and how long a purchase may last.

    Attributes:
        order_cost_brl: of placing and receiving one order line, whatever its quantity, ≥ 0.
        holding_rate: yearly cost of keeping stock, part of its value, > 0.
        most_cover_months: a usual order lasts no longer than so many months of expected demand, > 0.
        unpriced_cover_months: and so many where no unit cost is known, > 0.
    """

    order_cost_brl: float
    holding_rate: float
    most_cover_months: float
    unpriced_cover_months: float


def economic_order_quantity(
    annual_demand: Floats, order_cost_brl: float, unit_cost_brl: Floats, holding_rate: float
) -> Floats:
    """√(2·D·K ÷ (c·h)), the quantity that costs least in orders and stock together, item's unit.

    Harris (1913), How many parts to make at once, Factory 10(2).

    Args:
        annual_demand: expected in a year, item's unit, ≥ 0.
        order_cost_brl: of one order, ≥ 0.
        unit_cost_brl: per unit; NaN or not above zero: not known, and the result is NaN.
        holding_rate: yearly cost of keeping stock, part of its value, > 0.
    """
    known = unit_cost_brl > 0
    holding = np.where(known, unit_cost_brl, 1.0) * holding_rate
    return np.where(known, np.sqrt(2.0 * annual_demand * order_cost_brl / holding), np.nan)


def rounded_lot(quantity: Floats, minimum: Floats, multiple: Floats) -> Floats:
    """The smallest quantity that can be ordered and is no less: at least the minimum, a whole number of multiples.

    Nothing is ordered where nothing is wanted: no more than zero stays zero.

    Args:
        quantity: wanted, item's unit.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN or zero: whole units.
    """
    pack = np.where(multiple > 0, multiple, 1.0)
    least = np.maximum(quantity, np.where(minimum > 0, minimum, 0.0))
    return np.where(quantity > 0, np.ceil(least / pack - ROUNDING) * pack, 0.0)


def usual_lot(eoq: Floats, annual_demand: Floats, minimum: Floats, multiple: Floats, costs: LotCosts) -> Floats:
    """What an order usually adds to the reorder point: the economic quantity, no longer than the cover, as it is sold.

    What is sold wins over the cover: a minimum of two years is ordered, or nothing. Zero where no demand is expected.

    Args:
        eoq: as `economic_order_quantity` gives it; NaN: not known, then the cover of unpriced items is taken.
        annual_demand: expected in a year, item's unit, ≥ 0.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN: whole units.
        costs: the limits of cover.
    """
    monthly = annual_demand / MONTHS_A_YEAR
    most = monthly * np.where(np.isnan(eoq), costs.unpriced_cover_months, costs.most_cover_months)
    return rounded_lot(np.fmin(eoq, most), minimum, multiple)
