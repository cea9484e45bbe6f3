"""The names that Nova's own models bear in the lake: nobody else's forecasts may take one of them."""

from __future__ import annotations

OWN_MODELS = (
    "historic_average",
    "present_formula",
    "ses",
    "tsb",
    "adida",
    "imapa",
    "croston_sba",
    "pooled_occurrence",
    "demand_windows",
    "pooled_bootstrap_100",
    "pooled_bootstrap_95",
    "pooled_bootstrap_90",
    "boosted_quantiles",
    "ensemble",
)
