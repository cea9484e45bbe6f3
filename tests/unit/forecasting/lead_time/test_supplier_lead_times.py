"""Lead times by supplier: shrinkage by its formulas, late lines not forgotten, and better than simpler ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.lead_times import scores, workbook_lines
from nova_assets.forecasting.lead_time.backtest import Backtest
from nova_assets.forecasting.lead_time.shrinkage import shrink
from nova_assets.forecasting.lead_time.suppliers import LogNormals, TooFewLinesError, estimate
from nova_assets.forecasting.lead_time.waits import Waits

WORKBOOK = Path(__file__).resolve().parents[5] / "shared" / "data" / "erp" / "dadosSuprimentos.xlsx"


def sums(groups: list[list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.array([float(len(group)) for group in groups]),
        np.array([sum(group) for group in groups]),
        np.array([sum(y * y for y in group) for group in groups]),
    )


def test_the_shrinkage_of_balanced_groups_is_that_of_the_textbook() -> None:
    """Three groups of two: σ̄² = 0.5, τ² = variance of the means − σ̄²/2, B = 2τ² ÷ (2τ² + σ̄²)."""
    groups = [[0.5, 1.5], [2.5, 3.5], [6.5, 7.5]]
    found = shrink(*sums(groups))
    between = np.var([1, 3, 7], ddof=1) - 0.25
    assert (found.within, found.between, found.center) == pytest.approx((0.5, between, 11 / 3))
    weight = 2 * between / (2 * between + 0.5)
    assert found.mean_weight == pytest.approx([weight] * 3)
    assert found.mean == pytest.approx([11 / 3 + weight * (mean - 11 / 3) for mean in (1, 3, 7)])
    # All scatter alike: nothing speaks for groups of their own variance.
    assert found.variance == pytest.approx([0.5] * 3)
    assert found.predictive_variance_of_new == pytest.approx(between + 0.5)


def test_groups_that_do_not_differ_are_one() -> None:
    found = shrink(*sums([[0.0, 2.0], [2.0, 0.0], [1.0, 1.0, 0.0, 2.0]]))
    assert found.between == 0
    assert found.mean == pytest.approx([1.0] * 3)


def test_groups_of_very_different_scatter_keep_part_of_their_own() -> None:
    random = np.random.default_rng(2)
    spreads = np.repeat([0.2, 1.0], 15)
    found = shrink(*sums([list(random.normal(0, spread, 30)) for spread in spreads]))
    assert (found.variance[:15] < found.within).all()
    assert (found.variance[15:] > found.within).all()
    assert (found.variance_weight > 0.5).all()


@given(
    st.lists(st.lists(st.floats(-3, 6), min_size=1, max_size=6), min_size=1, max_size=8).filter(
        lambda groups: sum(map(len, groups)) > 1
    )
)
@settings(deadline=None, max_examples=100)
def test_a_shrunken_mean_lies_between_its_own_and_the_center(groups: list[list[float]]) -> None:
    found = shrink(*sums(groups))
    own = np.array([np.mean(group) for group in groups])
    low, high = np.minimum(own, found.center), np.maximum(own, found.center)
    assert (low - 1e-9 <= found.mean).all()
    assert (found.mean <= high + 1e-9).all()
    assert (found.predictive_variance > 0).all()
    assert ((found.mean_weight >= 0) & (found.mean_weight < 1)).all()


def test_days_of_a_log_normal_are_its_formulas() -> None:
    days = LogNormals(np.log([7.0]), np.array([0.5]))
    assert days.quantile_days(0.5) == pytest.approx([7.0])
    assert days.mean_days == pytest.approx([7 * np.exp(0.125)])
    assert days.share_within(np.array([0.0, 7.0, 1e9])) == pytest.approx(np.array([[0, 0.5, 1]]))
    draws = np.random.default_rng(3).lognormal(np.log(7), 0.5, 400_000)
    assert days.partial_mean(np.array([10.0]))[0, 0] == pytest.approx((draws * (draws <= 10)).mean(), rel=0.01)


def company(
    random: np.random.Generator, suppliers: int, lines: int, forgotten: float
) -> tuple[pd.DataFrame, np.ndarray]:
    """Lines of half a year by suppliers of known habits; a share of them never arrives."""
    truth = random.normal(np.log(12), 0.6, suppliers)
    supplier = random.integers(0, suppliers, lines)
    requested = np.datetime64("2025-01-01") + random.integers(0, 180, lines).astype("timedelta64[D]")
    took = np.rint(random.lognormal(truth[supplier], 0.5)).astype("timedelta64[D]")
    ordered = requested + np.minimum(took, random.integers(0, 4, lines).astype("timedelta64[D]"))
    received = np.where(random.random(lines) < forgotten, np.datetime64("NaT"), requested + took)
    frame = pd.DataFrame(
        {
            "item_id": "000001",
            "supplier_id": [f"S{number:02}" for number in supplier],
            "requested_on": requested.astype("datetime64[ns]"),
            "ordered_on": ordered.astype("datetime64[ns]"),
            "received_on": received.astype("datetime64[ns]"),
            "after_the_fact": False,
            "is_open": False,
            "has_receipts": True,
        }
    )
    return frame, truth


def test_late_lines_count_though_they_are_open_and_forgotten_ones_do_not() -> None:
    lines, truth = company(np.random.default_rng(11), suppliers=20, lines=4000, forgotten=0.02)
    # In the early weeks most of the late lines are open.
    waits = Waits.known_on(date(2025, 2, 10), lines)
    nothing = np.empty(0, dtype=np.int64)
    left_out = estimate(replace(waits, open_supplier=nothing, open_days=nothing))
    found = estimate(waits)
    lean, lean_left_out = (np.mean(one.suppliers.mu[:-1] - truth) for one in (found, left_out))
    assert lean_left_out < -0.1
    assert abs(lean) < 0.05
    # With all of them known, the share that never comes is found and does not make suppliers look slow.
    later = estimate(Waits.known_on(date(2025, 9, 1), lines))
    assert later.never_share == pytest.approx(0.02, abs=0.008)
    assert np.abs(later.suppliers.mu[:-1] - truth).max() < 0.2
    assert later.suppliers.sigma[:-1] == pytest.approx(np.full(20, 0.5), abs=0.08)


def test_too_few_finished_lines_say_nothing() -> None:
    lines, _ = company(np.random.default_rng(1), suppliers=2, lines=9, forgotten=0)
    with pytest.raises(TooFewLinesError, match="too few"):
        estimate(Waits.known_on(date(2025, 12, 1), lines))


@pytest.mark.real_data
def test_on_the_real_workbook_drawing_suppliers_together_beats_every_simpler_way() -> None:
    if not WORKBOOK.exists():
        pytest.skip("the real workbook is not beside the project")
    lines = workbook_lines(WORKBOOK)
    tests = [Backtest.at(date(2025, 3, 3) + timedelta(weeks=4 * step), 4, lines) for step in range(6)]
    found = scores(tests, items=False)
    loss, covered = found["loss"].to_dict(), found["covered"].to_dict()
    for level in (0.9, 0.95):
        for simpler in ("all suppliers' quantile", "own quantile", "normal"):
            assert loss["shrunk", level] < loss[simpler, level], (simpler, level)
        assert covered["shrunk", level] == pytest.approx(level, abs=0.02)
    # What counting the open lines is for: without them the quantiles promise too much.
    assert covered["shrunk, open lines left out", 0.9] < covered["shrunk", 0.9] - 0.02
