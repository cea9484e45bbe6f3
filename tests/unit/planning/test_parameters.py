"""What the environment says of planning."""

from __future__ import annotations

import pytest

from nova_assets.planning.parameters import Method, Parameters
from nova_assets.settings import InvalidSettingError


def test_nothing_set_is_the_documented_default() -> None:
    parameters = Parameters.from_settings()
    assert (parameters.fill_target, parameters.budget_brl, parameters.floor) == (0.95, None, 0.5)
    assert parameters.method is None
    assert (parameters.costs.order_cost_brl, parameters.costs.holding_rate) == (50, 0.25)
    assert (parameters.costs.most_cover_months, parameters.costs.unpriced_cover_months) == (12, 1)


def test_every_decision_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "NOVA_POLICY_METHOD": "classic",
        "NOVA_SERVICE_TARGETS": "H=0.999/0.99/0.98",
        "NOVA_STOCK_BUDGET_BRL": "250000",
        "NOVA_SERVICE_FLOOR": "0.7",
        "NOVA_HOLDING_RATE": "1.2",
    }.items():
        monkeypatch.setenv(name, value)
    parameters = Parameters.from_settings()
    assert parameters.method is Method.CLASSIC
    assert parameters.targets.of(["H"], ["A"]).item() == 0.999
    assert (parameters.budget_brl, parameters.floor, parameters.costs.holding_rate) == (250_000, 0.7, 1.2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOVA_POLICY_METHOD", "best"),
        ("NOVA_SERVICE_TARGETS", "H=99/98/97"),
        ("NOVA_FILL_TARGET", "95"),
        ("NOVA_FILL_TARGET", "high"),
        ("NOVA_STOCK_BUDGET_BRL", "-1"),
        ("NOVA_SERVICE_FLOOR", "1"),
        ("NOVA_HOLDING_RATE", "0"),
        ("NOVA_ORDER_COST_BRL", "nan"),
    ],
)
def test_what_means_nothing_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=name):
        Parameters.from_settings()
