"""Loads what is made of the served forecasts, explanations and families, from the lake into PostgreSQL."""

from __future__ import annotations

from nova_assets.load.from_lake import loaded_asset
from nova_assets.registry.readings import (
    FAMILY_FORECASTS,
    FAMILY_FORECASTS_LOADED,
    FORECAST_EXPLANATIONS,
    FORECAST_EXPLANATIONS_LOADED,
)

forecast_explanations = loaded_asset(FORECAST_EXPLANATIONS, FORECAST_EXPLANATIONS_LOADED)
family_forecasts = loaded_asset(FAMILY_FORECASTS, FAMILY_FORECASTS_LOADED)
