"""What a policy is expected to come to, against an independent library's (r, Q) models."""

from __future__ import annotations

import numpy as np
import pytest
from stockpyl.loss_functions import normal_loss, poisson_loss
from stockpyl.newsvendor import newsvendor_normal, newsvendor_poisson
from stockpyl.rq import r_q_cost_poisson

from nova_assets.planning.demand import PERCENT_LEVELS, ProtectionDemand
from nova_assets.planning.policy.allocation import expected_stock, expected_unit_fill


def poisson(mean: float) -> ProtectionDemand:
    quantiles = [newsvendor_poisson(1 - level, level, mean)[0] for level in PERCENT_LEVELS.tolist()]
    return ProtectionDemand(np.array([mean]), np.array([quantiles], dtype=np.float64))


def normal(mean: float, sd: float) -> ProtectionDemand:
    quantiles = [newsvendor_normal(1 - level, level, mean, sd)[0] for level in PERCENT_LEVELS.tolist()]
    return ProtectionDemand(np.array([mean]), np.array([quantiles]))


@pytest.mark.parametrize(("mean", "point", "lot"), [(3.0, 3, 4), (3.0, 6, 12), (20.0, 18, 5), (20.0, 27, 40)])
def test_the_units_filled_of_poisson_demand_are_those_of_the_loss_function(mean: float, point: int, lot: int) -> None:
    short = poisson_loss(point, mean)[0] - poisson_loss(point + lot, mean)[0]
    found = expected_unit_fill(poisson(mean), np.array([float(point)]), np.array([float(lot)])).item()
    assert found == pytest.approx(1 - short / lot, abs=0.02)


@pytest.mark.parametrize(("mean", "point", "lot"), [(3.0, 3, 4), (3.0, 6, 12), (20.0, 18, 5), (20.0, 27, 40)])
def test_the_stock_of_poisson_demand_is_what_the_exact_model_charges_holding_for(
    mean: float, point: int, lot: int
) -> None:
    """Twice the holding cost, all else equal: the difference of the costs is the stock on hand."""

    def cost(holding: float) -> float:
        return r_q_cost_poisson(
            reorder_point=point,
            order_quantity=lot,
            holding_cost=holding,
            stockout_cost=1.0,
            fixed_cost=1.0,
            demand_mean=mean,
            lead_time=1.0,
        )

    found = expected_stock(poisson(mean), np.array([float(point)]), np.array([float(lot)])).item()
    assert found == pytest.approx(cost(2.0) - cost(1.0), rel=0.03)


def test_the_units_filled_of_normal_demand_are_those_of_the_loss_function() -> None:
    mean, sd, lot = 50.0, 11.4, 200.0
    for point in (40.0, 56.6, 70.0):
        short = normal_loss(point, mean, sd)[0] - normal_loss(point + lot, mean, sd)[0]
        found = expected_unit_fill(normal(mean, sd), np.array([point]), np.array([lot])).item()
        assert found == pytest.approx(1 - short / lot, abs=1e-3)
