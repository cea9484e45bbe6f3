"""Whether to order today, and how much."""

from __future__ import annotations

import numpy as np

from nova_assets.planning.policy.lots import rounded_lot
from nova_assets.quantiles import Floats


def order_quantities(
    position: Floats, reorder_point: Floats, order_up_to: Floats, minimum: Floats, multiple: Floats
) -> Floats:
    """What to order of each item: up to the target where the position is at or below the reorder point, else nothing.

    Args:
        position: on hand + on order − backorders, item's unit.
        reorder_point: s.
        order_up_to: S.
        minimum: least that is sold; NaN: any.
        multiple: what it is sold by; NaN: whole units.
    """
    return np.where(position <= reorder_point, rounded_lot(order_up_to - position, minimum, multiple), 0.0)
