"""All listings."""

from __future__ import annotations

from nova_api.alerts.listing import ALERTS
from nova_api.demand.listing import DEMAND_DAILY, DEMAND_WEEKLY
from nova_api.features.listing import FEATURES
from nova_api.forecasts.listing import ACCURACY, FORECASTS, LEAD_TIME_DEMAND
from nova_api.inventory.listing import INVENTORY
from nova_api.items.listing import ITEMS
from nova_api.kpis.listing import ABC_XYZ, KPI_PERIODS
from nova_api.listings.declaration import Listing
from nova_api.planning.policies import POLICIES, POLICY_COMPARISON, SERVICE_CURVE
from nova_api.planning.projections import PROJECTION_DAYS, PROJECTIONS
from nova_api.purchases.listing import PURCHASE_LINES
from nova_api.recommendations.listing import RECOMMENDATION_OUTCOMES, RECOMMENDATIONS, SUPPLIER_PLANS
from nova_api.sites.listing import SITES
from nova_api.suppliers.listing import SUPPLIER_PERFORMANCE, SUPPLIERS

LISTINGS: tuple[Listing, ...] = (
    ITEMS,
    SITES,
    SUPPLIERS,
    SUPPLIER_PERFORMANCE,
    DEMAND_DAILY,
    DEMAND_WEEKLY,
    INVENTORY,
    FEATURES,
    FORECASTS,
    ACCURACY,
    LEAD_TIME_DEMAND,
    POLICIES,
    POLICY_COMPARISON,
    SERVICE_CURVE,
    PROJECTIONS,
    PROJECTION_DAYS,
    RECOMMENDATIONS,
    SUPPLIER_PLANS,
    RECOMMENDATION_OUTCOMES,
    ALERTS,
    PURCHASE_LINES,
    KPI_PERIODS,
    ABC_XYZ,
)
