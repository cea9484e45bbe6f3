"""The forecasting code location: its own environment, because its libraries are heavy and nobody else needs them.

Libraries that compute are imported inside functions: loading these definitions imports Dagster, Arrow and Delta only.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from nova_assets import settings
from nova_assets.forecasting.accuracy_assets import forecast_accuracy
from nova_assets.forecasting.ensemble_assets import ensemble
from nova_assets.forecasting.explanation_assets import explanations
from nova_assets.forecasting.family_assets import family_forecasts
from nova_assets.forecasting.lead_time.lead_time_demand import lead_time_demand
from nova_assets.forecasting.lead_time.supplier_lead_times import supplier_lead_times
from nova_assets.forecasting.model_assets import models
from nova_assets.forecasting.resources import ForecastEngine
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions of the location; tests pass resources of their own instead of patching."""
    return dg.Definitions(
        assets=[
            models,
            ensemble,
            supplier_lead_times,
            lead_time_demand,
            explanations,
            family_forecasts,
            forecast_accuracy,
        ],
        resources={
            "warehouse": Warehouse(url=dg.EnvVar("DATABASE_URL")),
            "lake": Lake(root=settings.lake_root(), storage_options=settings.lake_storage_options()),
            "forecast_engine": ForecastEngine(engine=settings.forecast_engine()),
            **(resource_overrides or {}),
        },
        executor=dg.in_process_executor,
    )


defs = build_defs()
