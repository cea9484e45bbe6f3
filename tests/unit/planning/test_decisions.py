"""What planners decided holds for what is proposed anew, as long as it should."""

from __future__ import annotations

import numpy as np
import pytest

from nova_assets.planning.recommendations.decisions import Decided, proposed_since, respect

MONDAY, TUESDAY = np.datetime64("2025-10-27"), np.datetime64("2025-10-28")


def planned(
    kind: str | None, *, since: np.datetime64 = MONDAY, critical: bool = False, was_critical: bool = False
) -> tuple[str, str, int, bool]:
    """What is planned of a proposal to order 40, when on Monday somebody decided; an override says 10 by transfer."""
    action, quantity = ("transfer", 10) if kind == "override" else (None, 0)
    decided = Decided(
        np.array([kind], dtype=object),
        np.array([action], dtype=object),
        np.array([quantity]),
        np.array([MONDAY]),
        np.array([was_critical]),
    )
    made = respect(decided, np.array(["order"], dtype=object), np.array([40]), np.array([since]), np.array([critical]))
    return made.decision[0], made.action[0], int(made.quantity[0]), bool(made.woken[0])


def test_without_a_decision_the_proposal_is_planned():
    assert planned(None) == ("open", "order", 40, False)


def test_an_override_is_planned_in_place_of_the_proposal():
    assert planned("override", critical=True) == ("overridden", "transfer", 10, False)


def test_an_acknowledged_proposal_stays_so_until_another_action_is_proposed():
    assert planned("acknowledge") == ("acknowledged", "order", 40, False)
    assert planned("acknowledge", since=TUESDAY) == ("open", "order", 40, False)


@pytest.mark.parametrize(
    ("critical", "was_critical", "decision"),
    [(False, False, "snoozed"), (True, False, "open"), (True, True, "snoozed"), (False, True, "snoozed")],
)
def test_a_snoozed_proposal_sleeps_until_it_becomes_critical(critical: bool, was_critical: bool, decision: str):
    made = planned("snooze", critical=critical, was_critical=was_critical)
    assert made == ((decision, "none", 0, False) if decision == "snoozed" else ("open", "order", 40, True))


def test_a_proposal_counts_from_the_first_of_its_days_in_a_row():
    before = np.array(["order", "hold", None], dtype=object)
    since = np.array(["2025-10-20", "2025-10-20", "NaT"], dtype="datetime64[D]")
    action = np.array(["order", "order", "order"], dtype=object)
    assert proposed_since(MONDAY, action, before, since).tolist() == [since[0].item(), MONDAY.item(), MONDAY.item()]
