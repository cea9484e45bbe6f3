"""What comes first: by the chance of being without, what depends on it, and the money in it.

    priority = 100 · (0.7·R + 0.3·M)        of what is short (order, expedite, transfer)
    priority = 100 · 0.3·M                  of what is too much (reduce, hold, dead stock)
    priority = 0                            of nothing to do

R = P · κ · (½ + ½·τ): P is the chance of a stockout within the lead time; κ how critical the item is; τ the part of its
demand of a year that was for towers, whose owners are promised days and are paid for each day more. No source of Nova
tells the penalties of a contract; a line for a tower counts twice one that is not.

M = m ÷ (m + h): m is the money at risk, h the money that counts half (`PlanningRules.money_half_brl`). Of what is
short, m is the value of the demand within the lead time that is expected to be unmet; of what is too much, its value.
Where an item has no price, R alone is the priority of what is short, and what is too much has 0.

The figures do not depend on other items: the same item on the same terms has the same priority every day.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nova_assets.quantiles import Floats

SERVICE_WEIGHT = 0.7
"""Part of service in the priority of what is short; the rest is money's."""

CRITICALITY = MappingProxyType({"H": 1.0, "M": 0.8, "L": 0.6})
"""κ of what planners call critical; what they do not say is taken as M."""

SHORT = ("order", "expedite", "transfer")
SURPLUS = ("reduce", "hold", "dead_stock")

Codes = NDArray[np.object_]


def criticality_factor(criticality: Codes) -> Floats:
    """κ of each item."""
    return np.array([CRITICALITY.get(code, CRITICALITY["M"]) for code in criticality], dtype=np.float64)


def money_at_risk(action: Codes, shortage: Floats, surplus: Floats, unit_cost: Floats) -> Floats:
    """m in BRL of each item; NaN where there is no price, or no shortage is known.

    Args:
        action: what is proposed.
        shortage: demand expected to be unmet within the lead time, item's unit; NaN: not known.
        surplus: what is too much, item's unit, of actions in `SURPLUS`.
        unit_cost: BRL per unit; NaN: not known.
    """
    return np.where(np.isin(action, SURPLUS), surplus, shortage) * unit_cost


def priorities(
    action: Codes, chance: Floats, criticality: Codes, tower_share: Floats, money: Floats, half: float
) -> Floats:
    """0 to 100 of each item (formula in the module's docstring).

    Args:
        action: what is proposed.
        chance: P; NaN counts as none.
        criticality: H, M, L or None.
        tower_share: τ, 0 to 1.
        money: m in BRL; NaN: no price.
        half: h in BRL, > 0.
    """
    risk = np.nan_to_num(chance) * criticality_factor(criticality) * (0.5 + 0.5 * tower_share)
    part = np.nan_to_num(money) / (np.nan_to_num(money) + half)
    short = np.where(np.isnan(money), risk, SERVICE_WEIGHT * risk + (1 - SERVICE_WEIGHT) * part)
    value = np.select([np.isin(action, SHORT), np.isin(action, SURPLUS)], [short, (1 - SERVICE_WEIGHT) * part], 0.0)
    return np.round(100 * np.clip(value, 0.0, 1.0), 2)
