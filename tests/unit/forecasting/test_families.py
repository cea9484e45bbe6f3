"""A family's forecast is the sum of its items', unit by unit, and as wide as its items move together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nova_assets.forecasting.families import Correlations, family_rows
from nova_assets.forecasting.history import History

Weekly = Callable[..., pd.DataFrame]
ORIGIN = date(2025, 9, 1)
NOW = datetime(2025, 9, 1, 6, tzinfo=UTC)


def moving_together(correlation: float, items: int = 12, weeks: int = 104, family: str = "f") -> dict[str, list[float]]:
    """Items whose weekly demands are Poisson, made alike by what all of them have in common."""
    random = np.random.default_rng(9)
    common = random.poisson(20 * correlation, weeks)
    own = random.poisson(20 * (1 - correlation), (items, weeks))
    return {f"{family}{n:02}": (common + own[n]).astype(float).tolist() for n in range(items)}


def made(demand: pd.DataFrame, families: dict[str, str], units: dict[str, str]) -> pd.DataFrame:
    history = History.before(ORIGIN, demand)
    groups = pd.DataFrame({"family": pd.Series(families), "unit": pd.Series(units)})
    rising = history.portfolio.mean[:, None] * np.linspace(1.0, 1.5, 13)
    expected = pd.DataFrame(rising, index=history.items)
    return family_rows(history, groups, expected, "v", NOW).to_pandas()


def test_a_family_is_the_sum_of_its_items_and_units_are_not_mixed(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, a=[1.0, 3.0], b=[5.0, 7.0], wire=[2.5, 0.5], other=[9.0, 1.0])
    families = {"a": "F", "b": "F", "wire": "F", "other": "G"}
    found = made(demand, families, {"a": "UN", "b": "UN", "wire": "M", "other": "UN"})
    first, last = (
        found[found["forecast_date"] == day].set_index(["family", "unit"])
        for day in (ORIGIN, found["forecast_date"].max())
    )
    assert first["forecast_value"].to_dict() == {("F", "UN"): 8.0, ("F", "M"): 1.5, ("G", "UN"): 5.0}
    assert last["forecast_value"].to_dict() == pytest.approx({("F", "UN"): 12.0, ("F", "M"): 2.25, ("G", "UN"): 7.5})
    assert first["items"].to_dict() == {("F", "UN"): 2, ("F", "M"): 1, ("G", "UN"): 1}


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_the_correlation_is_that_which_made_the_items(correlation: float, weekly: Weekly) -> None:
    history = History.before(ORIGIN, weekly(ORIGIN, **moving_together(correlation)))
    assert Correlations.of(history, pd.Series(0, index=history.items))[0] == pytest.approx(correlation, abs=0.12)


def test_a_small_family_has_the_correlation_of_all_and_a_young_portfolio_none(weekly: Weekly) -> None:
    series = moving_together(0.6) | moving_together(0.6, items=2, family="g")
    history = History.before(ORIGIN, weekly(ORIGIN, **series))
    found = Correlations.of(history, pd.Series(history.items.str[0], index=history.items))
    assert found["g"] == found.of_all > 0.4
    young = History.before(ORIGIN, weekly(ORIGIN, a=[1.0, 2.0], b=[2.0, 1.0]))
    assert Correlations.of(young, pd.Series(0, index=young.items))[0] == 0.0


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_the_quantiles_are_those_of_the_sum(correlation: float, weekly: Weekly) -> None:
    series = moving_together(correlation, items=12, weeks=104)
    units = dict.fromkeys(series, "UN")
    found = made(weekly(ORIGIN, **series), dict.fromkeys(series, "F"), units).iloc[0]
    variance = 12 * 20 * (1 - correlation) + 12**2 * 20 * correlation
    expected = stats.norm.ppf([0.05, 0.5, 0.95], found["forecast_value"], np.sqrt(variance))
    assert found[["q05", "q50", "q95"]].to_numpy(dtype=float) == pytest.approx(expected, rel=0.06)
