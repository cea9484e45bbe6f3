"""The forecasting code location: its own environment, because its libraries are heavy and nobody else needs them.

Libraries that compute are imported inside functions: loading these definitions imports Dagster, Arrow and Delta only.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from nova_assets import settings
from nova_assets.forecasting.accuracy_assets import forecast_accuracy
from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.model_assets import models
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions of the location; tests pass resources of their own instead of patching."""
    return dg.Definitions(
        assets=[models, ensemble, forecast_accuracy],
        resources={
            "warehouse": Warehouse(url=dg.EnvVar("DATABASE_URL")),
            "lake": Lake(root=settings.lake_root()),
            "forecast_engine": ForecastEngine(engine=settings.forecast_engine()),
            **(resource_overrides or {}),
        },
        executor=dg.in_process_executor,
    )


defs = build_defs()
