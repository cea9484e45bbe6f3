"""What one run of the ensemble serves: some items at a time, with its rows on disk until they have been judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from nova_assets.forecasting.average import Chosen, average, choose
from nova_assets.forecasting.demand import StoredDemand
from nova_assets.forecasting.judgement import Judgement, judge_items, judged_before, judged_now, judged_origins
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.parameters import ENSEMBLE
from nova_assets.forecasting.rows import FORECASTS_SCHEMA, SUMMED_SCHEMA
from nova_assets.forecasting.said import Said
from nova_assets.forecasting.sites import SiteShares
from nova_assets.forecasting.stored_rows import StoredRows
from nova_assets.registry.lake import FORECASTS, SUMMED_DEMAND

SERIES_AT_ONCE = 1_000
"""Items whose forecasts, by every model, are in memory together; an origin at a time."""


class Serving:
    """The rows of some origins, what they are judged by, and how many they are.

    Attributes:
        forecasts: rows of the lake's table `forecasts`.
        summed: rows of the lake's table `summed_demand`.
        rows: table → origin → number of its rows.
    """

    def __init__(self, folder: Path, demand: StoredDemand, said: Said, now: datetime) -> None:
        self._demand, self._said, self._now = demand, said, now
        self._judged: list[pd.DataFrame] = []
        self.forecasts = StoredRows(folder / "forecasts.arrow", FORECASTS_SCHEMA)
        self.summed = StoredRows(folder / "summed.arrow", SUMMED_SCHEMA)
        self.rows: Mapping[str, Counter[date]] = {FORECASTS.name: Counter(), SUMMED_DEMAND.name: Counter()}

    def average(self, origins: Sequence[date], site_demand: pd.DataFrame) -> list[Chosen]:
        """Chooses the models of each origin, and writes what they say together.

        Args:
            site_demand: `item_id, site_id, ds, y` of the latest year before each origin.

        Raises:
            ModelsMissingError: see `average`.
        """
        chosen = choose(origins, self._demand, self._said)
        judged = judged_origins(origins[-1], self._demand.last_week)
        benchmark = self._said.only([PRESENT_FORMULA.name])
        with self.forecasts.writing() as write_forecasts, self.summed.writing() as write_summed:
            for one in chosen:
                shares = SiteShares.known_on(one.origin, site_demand)
                for known in self._demand.frames():
                    made = average(one, known, shares, self._said, self._now)
                    if made is None:
                        continue
                    write_forecasts(made.forecasts)
                    write_summed(made.summed)
                    self.rows[FORECASTS.name][one.origin] += made.forecasts.num_rows
                    self.rows[SUMMED_DEMAND.name][one.origin] += made.summed.num_rows
                    if one.origin in judged and (items := judged_now(made, known, benchmark)) is not None:
                        self._judged.append(items)
        return chosen

    def judgement(self, first: date, last: date) -> Judgement | None:
        """The judgement of what has just been made of the origins `first` to `last`, and of what was served before;
        None without a past origin.
        """
        before = [origin for origin in judged_origins(last, self._demand.last_week) if origin < first]
        both = self._said.only([ENSEMBLE, PRESENT_FORMULA.name])
        parts = [*judged_before(before, self._demand, both), *self._judged]
        return judge_items(parts) if parts else None
