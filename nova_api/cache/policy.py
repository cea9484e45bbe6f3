"""What each endpoint's answers are made from, how long they may be kept and who may have them: the one table of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nova_api.auth.permissions import Permission

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True)
class Policy:
    """How the answers of one operation are kept.

    Attributes:
        operation: operationId of the endpoint.
        datasets: tables whose versions stamp the answer; a newer version of one of them makes a kept answer a miss.
        ttl: seconds after which an answer is read again although no version moved.
        max_stale: seconds for which an answer may still be given once its versions cannot be confirmed.
        permission: what a caller must be allowed.
    """

    operation: str
    datasets: tuple[str, ...]
    ttl: int = HOUR
    max_stale: int = DAY
    permission: Permission = Permission.READ


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        policy.operation: policy
        for policy in (
            Policy("listItems", ("analytics.mv_item_overview",)),
            Policy("getItem", ("analytics.mv_item_overview", "core.dim_item")),
            Policy(
                "getItemTimeseries",
                ("analytics.features_demand_weekly", "core.dim_item", "core.fact_demand_daily"),
            ),
            Policy("getItemForecast", ("analytics.fact_forecasts", "core.dim_item")),
            Policy("listKpis", ("analytics.mv_kpi_summary",)),
            Policy("listDemandDailyFamily", ("analytics.mv_demand_daily_family",)),
            Policy("listRequestsOpenDaily", ("analytics.mv_requests_open_daily",)),
            Policy("listLeadTimes", ("analytics.mv_lead_time_supplier_family",)),
            Policy("listForecastAccuracy", ("analytics.mv_forecast_accuracy",)),
            Policy("listSites", ("core.dim_site",)),
            Policy("getSite", ("core.dim_site",)),
            Policy(
                "listSuppliers",
                (
                    "analytics.mv_supplier_performance",
                    "core.dim_supplier",
                ),
            ),
            Policy(
                "getSupplier",
                (
                    "analytics.mv_supplier_performance",
                    "core.dim_supplier",
                ),
            ),
            Policy("listSupplierPerformance", ("analytics.mv_supplier_performance",)),
            Policy("listDemandDaily", ("core.fact_demand_daily",)),
            Policy("listDemandWeekly", ("analytics.features_demand_weekly",)),
            Policy("listInventory", ("core.fact_inventory_daily",)),
            Policy(
                "listFeatures",
                (
                    "analytics.features_demand_profile",
                    "core.dim_item",
                ),
            ),
            Policy("listForecasts", ("analytics.fact_forecasts",)),
            Policy("listAccuracy", ("analytics.forecast_accuracy",)),
            Policy("listLeadTimeDemand", ("analytics.lead_time_demand",)),
            Policy(
                "listPolicies",
                (
                    "analytics.inventory_policy",
                    "core.dim_item",
                ),
            ),
            Policy(
                "listPolicyComparison",
                (
                    "analytics.inventory_policy",
                    "core.dim_item",
                ),
            ),
            Policy("listServiceCurve", ("analytics.policy_simulation",)),
            Policy(
                "listProjections",
                (
                    "analytics.stock_projection",
                    "core.dim_item",
                ),
            ),
            Policy("listProjectionDays", ("analytics.stock_projection",)),
            Policy(
                "listRecommendations",
                (
                    "analytics.recommendations",
                    "core.dim_item",
                    "core.dim_supplier",
                    "support.planner_decisions",
                ),
            ),
            Policy(
                "listSupplierPlans",
                ("analytics.recommendations", "core.dim_supplier", "support.planner_decisions"),
            ),
            Policy(
                "listRecommendationOutcomes",
                (
                    "analytics.recommendation_outcomes",
                    "core.dim_item",
                ),
            ),
            Policy("listAlerts", ("analytics.alerts", "support.alert_acknowledgements")),
            Policy(
                "listPurchaseLines",
                (
                    "core.dim_item",
                    "core.dim_supplier",
                    "core.fact_purchase_lines",
                ),
            ),
            Policy("listKpiPeriods", ("analytics.mv_kpi_period",)),
            Policy("search", ("core.dim_item", "core.dim_site", "core.dim_supplier", "core.fact_purchase_lines")),
            Policy("listAbcXyz", ("analytics.mv_abc_xyz",)),
        )
    }
)
