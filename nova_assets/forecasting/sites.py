"""Forecasts of single sites: the item's forecast, shared out among the sites that demand it often enough.

An item's site has a forecast of its own where its own demand says something: most pairs of item and site are projects,
seen for a month and never again, and of those the pooled forecast is all that can be known. What the other sites demand
together is `OTHER`, so that the expected demands of an item's sites add up to the item's.

A site's share is drawn towards its part of the whole portfolio, a Dirichlet prior with the weight of
`PRIOR_DEMANDS` demands of the item's mean size: top-down by shares of past demand (Gross & Sohl 1990, "Disaggregation
methods to expedite product line forecasting", Journal of Forecasting 9(3)). Its quantiles are those of a negative
binomial or gamma with the dispersion of its own demand (`nova_assets.forecasting.distributions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from nova_assets.forecasting.distributions import weekly_quantiles
from nova_assets.forecasting.parameters import OTHER_SITES
from nova_assets.forecasting.portfolio import Floats
from nova_assets.forecasting.rows import SUMMED_LEVELS, WEEKLY_LEVELS, Figures

WINDOW_WEEKS = 52
"""The latest year counts: a site that has closed says nothing of the next quarter."""

FEWEST_WEEKS = 26
"""Weeks since a site's first demand for the item in the window: projects end before."""

FEWEST_DEMANDS = 10
"""Weeks with demand of the item at the site: with fewer, the share is known to no better than a third of itself."""

PRIOR_DEMANDS = 4.0
"""Demands that the portfolio's share of a site counts for; as many as for sizes in the pooled bootstrap."""


@dataclass(frozen=True)
class SiteShares:
    """Shares of items in demand, site by site; those of an item sum to one. One entry per item and site.

    Attributes:
        items: item of each entry, sorted.
        sites: site of each entry; `OTHER` stands for all that have no entry of their own.
        share: part of the item's expected demand, in (0, 1).
        dispersion: variance ÷ mean of weekly demand at the site.
        integral: whether all demand at the site was in whole units.
    """

    items: np.ndarray
    sites: np.ndarray
    share: Floats
    dispersion: Floats
    integral: np.ndarray

    @classmethod
    def known_on(cls, origin: date, demand: pd.DataFrame) -> SiteShares:
        """The shares that the demand before an origin speaks for; no entries where none does.

        Args:
            demand: `item_id, site_id, ds` (Monday), `y` > 0, each item, site and week at most once, in any order.
        """
        first = np.datetime64(origin - timedelta(weeks=WINDOW_WEEKS))
        week = demand["ds"].to_numpy()
        recent = demand[(week >= first) & (week < np.datetime64(origin))]
        pairs = recent.groupby(["item_id", "site_id"])["ds"].agg(["min", "size"])
        observed = (np.datetime64(origin) - pairs["min"].to_numpy()) // np.timedelta64(7, "D")
        own = pairs.index[(observed >= FEWEST_WEEKS) & (pairs["size"].to_numpy() >= FEWEST_DEMANDS)]
        recent = recent[recent["item_id"].isin(own.get_level_values("item_id"))]
        everywhere = _shares_of_sites(demand, first, origin)
        named = pd.MultiIndex.from_frame(recent[["item_id", "site_id"]]).isin(own)
        recent = recent.assign(site_id=recent["site_id"].where(named, OTHER_SITES))
        weekly = recent.groupby(["item_id", "site_id", "ds"], as_index=False)["y"].sum()
        return cls._of(weekly, everywhere)

    @classmethod
    def _of(cls, weekly: pd.DataFrame, everywhere: pd.Series) -> SiteShares:
        summed = _with_other(
            weekly.assign(squares=weekly["y"] ** 2, fractions=weekly["y"] != weekly["y"].round())
            .groupby(["item_id", "site_id"])[["y", "squares", "fractions"]]
            .sum()
        )
        items, sites = summed.index.get_level_values("item_id"), summed.index.get_level_values("site_id")
        total = summed["y"].groupby(items).transform("sum").to_numpy(dtype=np.float64)
        weeks = weekly.groupby("item_id")["ds"].nunique().reindex(items).to_numpy(dtype=np.float64)
        lent = pd.Series(sites).map(everywhere).fillna(0.0)
        is_other = np.asarray(sites == OTHER_SITES)
        lent[is_other] = 1 - lent.groupby(np.asarray(items)).transform("sum")[is_other]
        prior = PRIOR_DEMANDS * total / weeks
        quantity, squares = summed["y"].to_numpy(dtype=np.float64), summed["squares"].to_numpy(dtype=np.float64)
        # Of the Poisson kind where there was no demand to learn a size from.
        mean = quantity / WINDOW_WEEKS
        variance = (squares - WINDOW_WEEKS * mean**2) / (WINDOW_WEEKS - 1)
        dispersion = np.divide(variance, mean, out=np.ones(len(mean)), where=mean > 0)
        share = (quantity + prior * lent.to_numpy(dtype=np.float64)) / (total + prior)
        integral = (summed["fractions"].groupby(items).transform("sum") == 0).to_numpy()
        return cls(np.asarray(items), np.asarray(sites), share, dispersion, integral)

    def share_out(self, pooled: Figures) -> Figures:
        """What is said of the sites, given what is said of their items, all sites together."""
        where = pooled.items.get_indexer(pd.Index(self.items))
        spoken = where >= 0
        mine = SiteShares(*(values[spoken] for values in vars(self).values()))
        return Figures(
            pd.Index(mine.items),
            mine._figures(pooled.weekly[where[spoken], :, 0], WEEKLY_LEVELS),
            mine._figures(pooled.summed[where[spoken], :, 0], SUMMED_LEVELS),
            mine.sites,
        )

    def _figures(self, means: Floats, levels: Floats) -> Floats:
        mean = means * self.share[:, None]
        steps = mean.shape[1]
        dispersion, integral = np.repeat(self.dispersion, steps), np.repeat(self.integral, steps)
        # What is expected mostly repeats over the weeks; each distinct distribution is inverted once.
        parameters = np.column_stack([mean.reshape(-1), dispersion, integral])
        distinct, where = np.unique(parameters, axis=0, return_inverse=True)
        quantiles = weekly_quantiles(distinct[:, 0], distinct[:, 1], distinct[:, 2] > 0, tuple(levels))[where]
        return np.concatenate([mean[:, :, None], quantiles.reshape(len(mean), steps, len(levels))], axis=2)


def _shares_of_sites(demand: pd.DataFrame, first: np.datetime64, origin: date) -> pd.Series:
    """Site → its part of all weeks with demand of all items in the window: units of different items do not add up."""
    week = demand["ds"].to_numpy()
    recent = demand[(week >= first) & (week < np.datetime64(origin))]
    return recent.groupby("site_id").size() / max(len(recent), 1)


def _with_other(summed: pd.DataFrame) -> pd.DataFrame:
    """The sums with a row `OTHER` for each item, zero where all of its demand has a site of its own."""
    others = pd.MultiIndex.from_product([summed.index.unique("item_id"), [OTHER_SITES]], names=summed.index.names)
    return summed.reindex(summed.index.union(others), fill_value=0)
