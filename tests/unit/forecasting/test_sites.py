"""Sites that demand an item often enough share its forecast with the rest, and everything adds up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from nova_assets.forecasting.rows import SUMMED_LEVELS, WEEKLY_LEVELS, Figures
from nova_assets.forecasting.sites import FEWEST_DEMANDS, FEWEST_WEEKS, SiteShares

ORIGIN = date(2025, 9, 1)
ITEM = pd.Index(["I1", "I2"])


def demanded(item: str, site: str, weeks_ago: list[int], quantity: float = 2.0) -> pd.DataFrame:
    days = (np.datetime64(ORIGIN) - np.timedelta64(7, "D") * np.array(weeks_ago)).astype("datetime64[ns]")
    return pd.DataFrame({"item_id": item, "site_id": site, "ds": days, "y": quantity})


REGULAR = list(range(1, 51, 2))
DEMAND = pd.concat(
    [
        demanded("I1", "DEPOT", REGULAR),
        demanded("I1", "PROJECT", list(range(1, 14)), 30.0),
        demanded("I1", "TOWER", [2, 30]),
        demanded("I2", "TOWER", [3, 40]),
        demanded("I2", "DEPOT", list(range(60, 90))),
    ]
)


def pooled(mean: float = 5.0) -> Figures:
    weekly = np.full((2, 13, 1 + len(WEEKLY_LEVELS)), mean)
    return Figures(ITEM, weekly, np.full((2, 6, 1 + len(SUMMED_LEVELS)), 4 * mean))


def test_only_a_site_that_is_regular_and_no_project_has_a_forecast_of_its_own() -> None:
    """PROJECT is too young, TOWER too rare, and what I2 was demanded for is over a year ago."""
    found = SiteShares.known_on(ORIGIN, DEMAND)
    assert list(zip(found.items, found.sites, strict=True)) == [("I1", "DEPOT"), ("I1", "OTHER")]


@pytest.mark.parametrize(
    ("weeks_ago", "own"),
    [
        ([*range(1, FEWEST_DEMANDS), FEWEST_WEEKS], True),
        ([*range(1, FEWEST_DEMANDS), FEWEST_WEEKS - 1], False),
        ([*range(1, FEWEST_DEMANDS - 1), FEWEST_WEEKS], False),
    ],
)
def test_the_evidence_that_a_site_needs(weeks_ago: list[int], own: bool) -> None:
    assert (len(SiteShares.known_on(ORIGIN, demanded("I1", "DEPOT", weeks_ago)).items) > 0) == own


def test_the_means_of_an_items_sites_add_up_to_the_items() -> None:
    made = SiteShares.known_on(ORIGIN, DEMAND).share_out(pooled(5.3))
    assert made.weekly[:, :, 0].sum(axis=0) == pytest.approx(np.full(13, 5.3), rel=1e-12)
    assert made.summed[:, :, 0].sum(axis=0) == pytest.approx(np.full(6, 4 * 5.3), rel=1e-12)


def test_a_site_without_others_leaves_them_what_the_portfolio_suggests() -> None:
    alone = pd.concat([demanded("I1", "DEPOT", REGULAR), demanded("I2", "TOWER", REGULAR)])
    found = SiteShares.known_on(ORIGIN, alone)
    shares = {(item, site): share for item, site, share in zip(found.items, found.sites, found.share, strict=True)}
    # 25 demands of its own against four of the portfolio's, half of whose weeks with demand are at the other site.
    assert shares["I1", "DEPOT"] == pytest.approx((25 + 4 * 0.5) / 29)
    assert shares["I1", "OTHER"] == pytest.approx(4 * 0.5 / 29)


def test_quantiles_are_those_of_the_sites_own_dispersion() -> None:
    steady = pd.concat([demanded("I1", "DEPOT", list(range(1, 53)), 3.0), demanded("I2", "DEPOT", REGULAR[::2], 12.0)])
    made = SiteShares.known_on(ORIGIN, steady).share_out(pooled())
    depot = made.weekly[np.asarray(made.sites) == "DEPOT", 0]
    assert (np.diff(made.weekly[:, :, 1:], axis=2) >= 0).all()
    assert depot[1, -1] > 2 * depot[0, -1]


def test_demand_on_the_origin_or_after_it_is_not_looked_at() -> None:
    spiked = pd.concat([DEMAND, demanded("I1", "TOWER", list(range(0, -30, -1)), 1e6)])
    before, after = SiteShares.known_on(ORIGIN, DEMAND), SiteShares.known_on(ORIGIN, spiked)
    assert after.share.tolist() == before.share.tolist()
    assert after.dispersion.tolist() == before.dispersion.tolist()


def test_where_no_site_is_regular_there_are_no_rows() -> None:
    assert len(SiteShares.known_on(ORIGIN, demanded("I1", "TOWER", [1, 2])).share_out(pooled()).items) == 0
    assert len(SiteShares.known_on(ORIGIN, DEMAND.iloc[:0]).share_out(pooled()).items) == 0
