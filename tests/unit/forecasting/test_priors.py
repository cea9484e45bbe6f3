"""What an item borrows: the chance of its family where there is one, and less and less while it is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.engine import LocalEngine
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.models.bootstrap import PooledBootstrap
from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.priors import FEWEST_FAMILY_ITEMS, fit_prior, fit_priors

Weekly = Callable[..., pd.DataFrame]
ORIGIN = date(2025, 9, 1)
ENGINE = LocalEngine()
LEVELS = np.array([0.5, 0.9])


def drawn(chance_of: dict[str, float], items: int, weeks: int = 40) -> tuple[np.ndarray, ...]:
    """Returns, weeks, squares of their weights and families of items that return by their family's chance."""
    random = np.random.default_rng(4)
    families = np.repeat(list(chance_of), items).astype(object)
    chances = np.repeat(list(chance_of.values()), items) * random.uniform(0.7, 1.3, len(families))
    whole = np.full(len(families), float(weeks))
    return random.binomial(weeks, chances).astype(float), whole, whole, families


def test_a_family_that_differs_has_a_prior_of_its_own() -> None:
    priors = fit_priors(*drawn({"often": 0.5, "rarely": 0.05, "usual": 0.2}, 60))
    chances = {family: prior.chance for family, prior in priors.families.items()}
    assert chances == pytest.approx({"often": 0.5, "rarely": 0.05, "usual": 0.2}, abs=0.03)
    assert priors.portfolio.chance == pytest.approx(0.25, abs=0.03)


def test_families_that_do_not_differ_have_the_portfolios_prior() -> None:
    priors = fit_priors(*drawn(dict.fromkeys("abcdef", 0.2), 40))
    assert [prior.chance for prior in priors.families.values()] == pytest.approx(
        [priors.portfolio.chance] * 6, abs=0.015
    )


def test_a_family_of_few_items_and_an_item_without_one_take_the_portfolios_prior() -> None:
    returns, weeks, squares, families = drawn({"often": 0.5, "rarely": 0.05}, 60)
    families[: 60 - FEWEST_FAMILY_ITEMS + 1] = None
    priors = fit_priors(returns, weeks, squares, families)
    assert priors.families == {}
    a, b = priors.of(pd.Series(["often", None, "unheard of"]))
    assert (set(a), set(b)) == ({priors.portfolio.a}, {priors.portfolio.b})


@pytest.mark.parametrize("memory", [1.0, 0.95, 0.9])
def test_what_items_differ_by_is_found_whatever_old_weeks_weigh(memory: float) -> None:
    """Chances drawn from Beta(1, 4), whose likeness is 1/6, are not explained away as noise of few weighted weeks."""
    random = np.random.default_rng(1973)
    weight = memory ** np.arange(50)
    demanded = random.random((4000, 50)) < random.beta(1, 4, 4000)[:, None]
    every = np.ones(4000)
    prior = fit_prior((demanded * weight).sum(axis=1), every * weight.sum(), every * (weight**2).sum())
    assert prior.likeness == pytest.approx(1 / 6, rel=0.08)
    assert prior.chance == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("name", ["pooled_occurrence", "pooled_bootstrap_95"])
def test_a_new_item_is_expected_to_return_like_its_family(name: str, weekly: Weekly) -> None:
    series = {f"often{n:02}": [1.0, *[0.0, 1.0] * 10] for n in range(20)}
    series |= {f"rarely{n:02}": [1.0, *[0.0] * 18, 1.0, 0.0] for n in range(20)}
    demand = weekly(ORIGIN, **series, new_often=[1.0], new_rarely=[1.0], new_without=[1.0])
    demand["family"] = demand["unique_id"].str.extract("(often|rarely)", expand=False)
    history = History.before(ORIGIN, demand)
    mean = dict(zip(history.items, MODELS[name].fit(history, history, ENGINE).demand(0, 1, LEVELS).mean, strict=True))
    assert mean["new_rarely"] < 0.2 < mean["new_without"] < 0.4 < mean["new_often"]


def test_a_family_changes_the_version_of_a_forecast(weekly: Weekly) -> None:
    demand = weekly(ORIGIN, a=[1.0, 2.0], b=[3.0])
    digests = {History.before(ORIGIN, demand.assign(family=family)).digest for family in ("x", "y")}
    assert len(digests) == 2


DECAYING = {
    "historic_average": 0.30,
    "pooled_occurrence": 0.30,
    "demand_windows": 0.30,
    "pooled_bootstrap_100": 0.30,
    "pooled_bootstrap_95": 0.02,
    "pooled_bootstrap_90": 0.02,
    "tsb": 0.001,
    "imapa": 0.001,
}
"""What is left, at most, two years after the last of forty weekly demands, of what was expected then."""


def expected_after(model: str, quiet: int, weekly: Weekly) -> float:
    random = np.random.default_rng(8)
    others = {f"other{n:02}": [1.0, *random.binomial(1, (n + 0.5) / 30, 90).astype(float)] for n in range(30)}
    history = History.before(ORIGIN, weekly(ORIGIN, dead=[1.0] * 40 + [0.0] * quiet, **others))
    return float(MODELS[model].fit(history, history, ENGINE).demand(0, 1, LEVELS).mean[0])


@pytest.mark.parametrize("model", DECAYING)
def test_the_expected_demand_of_a_dead_item_falls_towards_zero(model: str, weekly: Weekly) -> None:
    alive, *dead = (expected_after(model, quiet, weekly) for quiet in (0, 26, 52, 104))
    assert alive == pytest.approx(1.0, abs=0.15)
    assert alive > dead[0] > dead[1] >= dead[2]
    assert dead[2] < DECAYING[model] * alive


def test_silence_weighs_in_full_however_short_the_memory(weekly: Weekly) -> None:
    """Forgotten like other weeks, silence would weigh no more than 1/(1 − 0.9) = 10 weeks, and the prior would win."""
    history = History.before(ORIGIN, weekly(ORIGIN, dead=[1.0] * 5 + [0.0] * 200, live=[1.0] * 205))
    chance = PooledBootstrap(0.9).chance(history, history)
    assert chance.b[0] >= 200
    assert POOLED_OCCURRENCE.priors(history).portfolio.chance > 20 * chance.mean[0]
