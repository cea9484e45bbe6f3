"""The warehouse code location: everything that runs inside PostgreSQL or loads it. Light imports only."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from nova_assets import automation, settings
from nova_assets.core.assets import made_by_sql as core_tables
from nova_assets.core.calendar import dim_calendar, public_holidays
from nova_assets.core.external import fact_external_daily
from nova_assets.extracts.erp.assets import erp_database, extracts, rejected_erp_rows
from nova_assets.extracts.external.assets import published_sources, staging_tables
from nova_assets.extracts.workbook.assets import purchasing_workbook, workbook_file
from nova_assets.features.assets import made_by_sql as feature_tables
from nova_assets.kpis.assets import kpi_daily, views
from nova_assets.load.accuracy import ensemble_standings, forecast_accuracy
from nova_assets.load.forecasts import fact_forecasts, summed_demand
from nova_assets.load.lead_times import lead_time_demand, supplier_lead_times
from nova_assets.load.readings import family_forecasts, forecast_explanations
from nova_assets.operations.drop_folder import drop_folder_sensor, load_dropped_workbook
from nova_assets.operations.event_log_retention import event_log_retention
from nova_assets.operations.failures import failed_ranges_asset
from nova_assets.operations.forecast_drop_folder import forecast_drop_folder_sensor, load_dropped_forecasts
from nova_assets.operations.lake_upkeep import lake_upkeep
from nova_assets.operations.month_partitions import month_partitions
from nova_assets.operations.projection_retention import projection_retention
from nova_assets.operations.publication_retention import publication_retention
from nova_assets.planning.alerts.assets import alert_acknowledgements, alerts
from nova_assets.planning.policy.assets import inventory_policy
from nova_assets.planning.projection.assets import stock_projection
from nova_assets.planning.recommendations.assets import (
    planner_decisions,
    recommendation_outcomes,
    recommendations,
)
from nova_assets.planning.what_if.assets import policy_simulation
from nova_assets.quality.assets import data_quality
from nova_assets.resources.erp import Erp
from nova_assets.resources.http import Http
from nova_assets.resources.lake import Lake
from nova_assets.resources.warehouse import Warehouse


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """All definitions of the location; tests pass resources of their own instead of patching."""
    definitions = dg.Definitions(
        assets=[
            workbook_file,
            purchasing_workbook,
            erp_database,
            rejected_erp_rows,
            *extracts,
            public_holidays,
            dim_calendar,
            *core_tables,
            *published_sources,
            *staging_tables,
            fact_external_daily,
            *feature_tables,
            fact_forecasts,
            summed_demand,
            ensemble_standings,
            forecast_accuracy,
            supplier_lead_times,
            lead_time_demand,
            forecast_explanations,
            family_forecasts,
            inventory_policy,
            stock_projection,
            planner_decisions,
            recommendations,
            recommendation_outcomes,
            alerts,
            alert_acknowledgements,
            kpi_daily,
            policy_simulation,
            *views,
            data_quality,
            month_partitions,
            event_log_retention,
            publication_retention,
            projection_retention,
            lake_upkeep,
            failed_ranges_asset,
        ],
        jobs=[*automation.jobs(), load_dropped_workbook, load_dropped_forecasts],
        schedules=automation.schedules(),
        sensors=[drop_folder_sensor(), forecast_drop_folder_sensor()],
        resources={
            "warehouse": Warehouse(url=dg.EnvVar("DATABASE_URL")),
            "lake": Lake(
                root=settings.lake_root(),
                storage_options=settings.lake_storage_options(),
                origins_kept_weeks=settings.lake_origins_kept_weeks(),
            ),
            "http": Http(),
            "erp": Erp(
                url=dg.EnvVar("ERP_URL") if settings.has_erp() else "",
                system=settings.erp_system(),
                branches=settings.erp_branches(),
            ),
            **(resource_overrides or {}),
        },
        # Steps are SQL statements that PostgreSQL runs: a process per step would cost seconds and gain nothing.
        executor=dg.in_process_executor,
    )
    return automation.expecting_freshness(definitions)


defs = build_defs()
