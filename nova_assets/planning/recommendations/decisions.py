"""What planners decided, and how far it holds for what is proposed anew.

* Acknowledged: seen, and being done. It holds as long as the same action is proposed without a day between.
* Overridden: the planner's action and quantity are planned in place of the proposal until the decision expires. The
  proposal is still computed and told beside it.
* Snoozed: nothing is planned until the decision expires, unless the item has become critical since: what the planner
  could see when he snoozed it wakes nobody.

Only the latest decision on an item counts, and none that was taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.object_]
Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]
Steps = NDArray[np.int64]


@dataclass(frozen=True)
class Decided:
    """The latest decision that has not expired, one per item.

    Attributes:
        kind: acknowledge, override, snooze, or None: there is none.
        action: the planner's, of an override.
        quantity: the planner's, in steps.
        plan_date: day of the proposal that the planner saw.
        was_critical: whether it was critical then.
    """

    kind: Codes
    action: Codes
    quantity: Steps
    plan_date: Days
    was_critical: Flags


@dataclass(frozen=True)
class Planned:
    """What is planned of each item; `woken`: a snoozed one that is not, because it has become critical."""

    decision: Codes
    action: Codes
    quantity: Steps
    woken: Flags


def proposed_since(day: np.datetime64, action: Codes, before: Codes, since: Days) -> Days:
    """First of the planned days in a row with the action of `day`.

    Args:
        day: the day of the proposals.
        action: what is proposed.
        before: what was proposed on the planned day before; None: nothing was.
        since: since when, then.
    """
    return np.where(action == before, since, day)


def respect(decided: Decided, action: Codes, quantity: Steps, since: Days, critical: Flags) -> Planned:
    """What is planned of what is proposed (`action`, `quantity`, `since` which day) by the rules of this module."""
    acknowledged = (decided.kind == "acknowledge") & (since <= decided.plan_date)
    overridden = decided.kind == "override"
    woken = (decided.kind == "snooze") & critical & ~decided.was_critical
    snoozed = (decided.kind == "snooze") & ~woken
    chosen = [acknowledged, overridden, snoozed]
    return Planned(
        np.select(chosen, ["acknowledged", "overridden", "snoozed"], "open").astype(object),
        np.where(overridden, decided.action, np.where(snoozed, "none", action)),
        np.where(overridden, decided.quantity, np.where(snoozed, 0, quantity)),
        woken,
    )
