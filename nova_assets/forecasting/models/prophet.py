"""Prophet: a season of the year and the weeks with a Brazilian holiday."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd

from nova_assets.forecasting.engine import Engine
from nova_assets.forecasting.history import WEEK, History
from nova_assets.forecasting.models.moments import MatchedMoments
from nova_assets.forecasting.models.protocol import CannotForecastError
from nova_assets.forecasting.models.regular import (
    FEWEST_SEASONS,
    LONGEST_REGULAR_INTERVAL,
    SEASON_WEEKS,
    regular_items,
)
from nova_assets.forecasting.parameters import MOST_WEEKS
from nova_assets.forecasting.portfolio import Floats

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProphetModel:
    """Additive regression on the time of the year (Taylor & Letham 2018, The American Statistician 72(1)).

    It speaks of smooth and erratic items with two years or more. All national holidays share one effect: a name has two
    or three weeks to learn from. Weeks, and not days, have it, which is why Prophet's own list of a country's holidays,
    matched by the day, would miss all that do not fall on a Monday.

    The level does not trend, and the season is held close to zero: on `man`, two origins, items with demand in every
    second week, the loss relative to AutoETS is 0.99, against 1.24 with the library's defaults.

    Attributes:
        season_scale: prior standard deviation of the season's coefficients; the library's default is 10.
        holiday_scale: the same of the holidays' effect.
        seed: of the optimizer's start.
    """

    season_scale: float = 0.02
    holiday_scale: float = 0.2
    seed: int = 20180101
    name: str = "prophet"
    family: str = "regression"

    @property
    def parameters(self) -> Mapping[str, float]:
        return MappingProxyType(
            {"season_scale": self.season_scale, "holiday_scale": self.holiday_scale, "seed": self.seed}
        )

    def fit(self, history: History, pool: History, engine: Engine) -> MatchedMoments:
        fewest_weeks = FEWEST_SEASONS * SEASON_WEEKS
        items = regular_items(history, LONGEST_REGULAR_INTERVAL, fewest_weeks)
        if items.empty:
            raise CannotForecastError(f"no smooth or erratic item has {fewest_weeks} weeks")
        means = dict(self._means(history, items))
        if not means:
            raise CannotForecastError(f"the optimizer failed on each of {len(items)} items")
        spoken = items[items.isin(list(means))]
        return MatchedMoments.of(history, spoken, np.stack([means[item] for item in spoken]))

    def _means(self, history: History, items: pd.Index) -> Iterator[tuple[str, Floats]]:
        # It says on import that plotly is missing; nothing is plotted here.
        logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
        import cmdstanpy
        from prophet import Prophet

        known = history.of(items)
        weeks = pd.DataFrame({"ds": np.datetime64(history.origin) + WEEK * np.arange(MOST_WEEKS)})
        holidays = holiday_weeks(known["ds"].min().date(), weeks["ds"].max().date())
        with cmdstanpy.disable_logging():
            for item, series in known.groupby("unique_id", sort=True):
                model = Prophet(
                    growth="flat",
                    yearly_seasonality=True,
                    weekly_seasonality=False,
                    daily_seasonality=False,
                    holidays=holidays,
                    seasonality_prior_scale=self.season_scale,
                    holidays_prior_scale=self.holiday_scale,
                    uncertainty_samples=0,
                )
                try:
                    model.fit(series[["ds", "y"]], seed=self.seed)
                except RuntimeError as error:
                    LOGGER.warning("prophet says nothing of item %s: %s", item, error)
                    continue
                finally:
                    if model.stan_backend:
                        model.stan_backend.cleanup()
                yield str(item), model.predict(weeks)["yhat"].to_numpy(dtype=np.float64)


def holiday_weeks(first: date, last: date) -> pd.DataFrame:
    """The Mondays of the weeks between two days that have a national holiday: `holiday, ds`, as Prophet takes them."""
    from holidays import country_holidays

    days = country_holidays("BR", years=range(first.year, last.year + 2))
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    return pd.DataFrame({"holiday": "national", "ds": pd.to_datetime([day for day in mondays if first <= day <= last])})


PROPHET = ProphetModel()
