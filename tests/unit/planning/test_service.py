"""Targets by criticality and class, and what they say of how much worse one shortage is than another."""

from __future__ import annotations

import pytest

from nova_assets.planning.policy.service import DEFAULTS, ServiceTargets, ServiceTargetsError


def test_an_item_has_the_target_of_its_criticality_and_class() -> None:
    targets = ServiceTargets()
    assert targets.of(["H", "L"], ["A", "C"]).tolist() == [0.99, 0.90]


def test_unknown_criticality_has_the_row_of_the_others_and_an_unknown_class_the_middle() -> None:
    targets = ServiceTargets()
    assert targets.of([None, "X", "", "H"], ["A", "C", None, None]).tolist() == [0.97, 0.93, 0.95, 0.98]


def test_critical_items_and_items_of_more_value_never_have_a_lower_target() -> None:
    for higher, lower in (("H", "M"), ("M", "L")):
        assert all(more >= less for more, less in zip(DEFAULTS[higher], DEFAULTS[lower], strict=True))
    assert all(list(row) == sorted(row, reverse=True) for row in DEFAULTS.values())


def test_tolerating_two_fifths_of_the_shortages_is_to_weigh_each_two_and_a_half_times() -> None:
    assert ServiceTargets().criticality_weights(["H", "M", "L", None, "X"]) == pytest.approx([2.5, 1, 0.625, 1, 1])


def test_a_row_that_is_set_replaces_its_default_alone() -> None:
    targets = ServiceTargets.parse("H=0.999/0.99/0.98 Z=0.8/0.7/0.6")
    assert targets.of(["H", "Z", "M"], ["A", "B", "C"]).tolist() == [0.999, 0.7, 0.93]


@pytest.mark.parametrize("text", ["H", "H=0.9", "H=0.9/0.8/high", "H=99/98/97", "H=1/0.9/0.8", "H=nan/0.9/0.8"])
def test_targets_that_are_no_chances_are_refused(text: str) -> None:
    with pytest.raises(ServiceTargetsError):
        ServiceTargets.parse(text)
