"""Loads from the lake how good forecasts turned out, and why a model is served."""

from __future__ import annotations

from nova_assets.load.from_lake import loaded_asset
from nova_assets.registry import analytics, lake

forecast_accuracy = loaded_asset(lake.FORECAST_ACCURACY, analytics.FORECAST_ACCURACY)
ensemble_standings = loaded_asset(lake.ENSEMBLE_STANDINGS, analytics.ENSEMBLE_STANDINGS)
