"""What a forecast is made of: its horizon, its quantiles, and how little history is too little."""

from __future__ import annotations

HORIZON_WEEKS = 13
"""Weeks forecast one by one from each origin: a quarter."""

QUANTILES = {"q05": 0.05, "q10": 0.10, "q50": 0.50, "q80": 0.80, "q90": 0.90, "q95": 0.95, "q99": 0.99}
"""Column of the lake table `forecasts` → level of the quantile of one week's demand."""

SUMMED_WEEKS = (1, 2, 4, 8, 13, 26)
"""Numbers of weeks whose demand together is forecast; a lead time in between is read between two of them."""

MOST_WEEKS = max(SUMMED_WEEKS)
"""The farthest week that a model must be able to speak of."""

SUMMED_QUANTILES = {
    "q05": 0.05,
    "q10": 0.10,
    "q20": 0.20,
    "q30": 0.30,
    "q40": 0.40,
    "q50": 0.50,
    "q60": 0.60,
    "q70": 0.70,
    "q80": 0.80,
    "q90": 0.90,
    "q95": 0.95,
    "q99": 0.99,
}
"""Column of the lake table `summed_demand` → level of the quantile of the demand of several weeks together."""

FEWEST_WEEKS_FOR_VARIANCE = 13
"""Below this many observed weeks the dispersion of demand is read from its sizes, not from its sample variance."""

FEWEST_DEMANDS = 2
"""Below this many weeks with demand an item has no demand class, and no error to be compared by."""

VALIDATION_WEEKS = 4
"""Lead time on which models are compared, and the distance between the past origins that they are compared on."""

VALIDATION_ORIGINS = 3
"""Past origins that the choice of models looks at, the latest whose lead time has ended."""

JUDGED_WEEKS = 26
"""Weeks back from which what is served is judged, by origins `VALIDATION_WEEKS` apart: no week counts twice."""

ALL_SITES = "ALL"
"""`site_id` of a forecast that pools every site: item by site is mostly too sparse to forecast."""

OTHER_SITES = "OTHER"
"""`site_id` of the sites together that have no forecast of their own, of an item that has one of some site."""

ALL_SUPPLIERS = "ALL"
"""`supplier_id` of the lead time of a supplier never seen."""

ENSEMBLE = "ensemble"
"""`model` of the served forecast: the average of the models that were best on past origins."""
