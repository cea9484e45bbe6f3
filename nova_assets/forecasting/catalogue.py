"""Which models there are, without importing them: Dagster's definitions load where nothing is ever forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class MadeIn(Enum):
    """Which runs of the commands and schedules make a model's forecasts; by its name it can be made at any time."""

    EVERY_RUN = "every_run"
    RUNS_OF_FEW_ORIGINS = "runs_of_few_origins"
    """A minute an origin of a large portfolio: the first load of many origins goes without."""
    NO_RUN = "no_run"


@dataclass(frozen=True)
class Entry:
    """A model as Dagster and the documents show it.

    Attributes:
        name: its name in the tables of forecasts, and the last part of its asset's key.
        meaning: what it says, with its source.
        made_in: where it is too slow for some runs; it is part of the ensemble where it has spoken.
    """

    name: str
    meaning: str
    made_in: MadeIn = MadeIn.EVERY_RUN


BENCHMARK = "present_formula"
"""The model that all others are measured against."""

CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            Entry(BENCHMARK, "The formula in use so far, D×L + Z·σ·√L, and the benchmark of all others."),
            Entry("historic_average", "Mean of all weeks since the first demand; negative binomial."),
            Entry(
                "pooled_occurrence",
                "How often the portfolio returns, times the item's mean size (Kleinman 1973); negative binomial.",
            ),
            Entry("ses", "Exponential smoothing, weight by least squares (Brown 1956); negative binomial."),
            Entry("tsb", "Smoothed chance and size of demand (Teunter, Syntetos & Babai 2011); negative binomial."),
            Entry("adida", "Demand aggregated over its mean interval (Nikolopoulos et al. 2011); negative binomial."),
            Entry("imapa", "Several aggregations averaged (Petropoulos & Kourentzes 2015); negative binomial."),
            Entry("demand_windows", "Every past run of as many weeks (Porras & Dekker 2008)."),
            Entry(
                "pooled_bootstrap_100",
                "Draws of occurrences and sizes that lean on the portfolio (Willemain, Smart & Schwarz 2004; Kleinman "
                "1973); every week counts alike.",
            ),
            Entry(
                "pooled_bootstrap_95",
                "The same; a week keeps 95 % of its weight each week. Says what to expect of new items.",
            ),
            Entry("pooled_bootstrap_90", "The same; a week keeps 90 % of its weight each week."),
            Entry(
                "boosted_quantiles",
                "Trees that learn from every item's past (LightGBM, Ke et al. 2017); needs 1,000 items.",
                made_in=MadeIn.RUNS_OF_FEW_ORIGINS,
            ),
            Entry(
                "auto_ets",
                "Exponential smoothing that chooses its form (Hyndman et al. 2002), of regularly demanded items, with "
                "a season of the year where there is one; negative binomial.",
                made_in=MadeIn.NO_RUN,
            ),
            Entry(
                "auto_arima",
                "ARIMA that chooses its orders (Hyndman & Khandakar 2008), as auto_ets.",
                made_in=MadeIn.NO_RUN,
            ),
            Entry(
                "prophet",
                "Season of the year and weeks with a Brazilian holiday (Taylor & Letham 2018), of smooth and erratic "
                "items with two years or more; negative binomial.",
                made_in=MadeIn.NO_RUN,
            ),
            Entry(
                "lstm",
                "One recurrent network for all items (Hochreiter & Schmidhuber 1997; Salinas et al. 2020); negative "
                "binomial. Needs `make install-lstm`.",
                made_in=MadeIn.NO_RUN,
            ),
        )
    }
)
