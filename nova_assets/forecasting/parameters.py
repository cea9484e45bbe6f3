"""What a forecast is made of: its horizon, its quantiles, and how little history is too little."""

from __future__ import annotations

HORIZON_WEEKS = 13
"""Weeks forecast from each origin: a quarter, longer than the request-to-purchase time of nearly every line."""

QUANTILES = {"q05": 0.05, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q95": 0.95, "q99": 0.99}
"""Column of the lake table → level of the quantile of one week's demand."""

LEAD_TIME_QUANTILES = {"q05": 0.05, "q10": 0.10, "q50": 0.50, "q80": 0.80, "q90": 0.90, "q95": 0.95, "q99": 0.99}
"""Name → level of the quantiles of demand over the lead time."""

SHORTEST_HISTORY_WEEKS = 26
"""Below this many observed weeks an item borrows from the portfolio."""

FEWEST_WEEKS_FOR_VARIANCE = 13
"""Below this many observed weeks the dispersion of demand is read from its sizes, not from its sample variance."""

FEWEST_DEMANDS = 2
"""Below this many weeks with demand an item has no demand class."""

ALL_SITES = "ALL"
"""`site_id` of a forecast that pools every site: item by site is too sparse to forecast."""

SUMMED_WEEKS = (1, 2, 4, 8, 13, 26)
"""Numbers of weeks whose demand together is forecast from each origin."""

SUMMED_LEVELS = {
    "q05": 0.05,
    **{f"q{ten}": ten / 100 for ten in range(10, 100, 10)},
    "q95": 0.95,
    "q99": 0.99,
}
"""Column of the lake table `summed_demand` → level of the quantile of the weeks' demand together."""

ALL_SUPPLIERS = "ALL"
"""`supplier_id` of the lead time of a supplier never seen."""
