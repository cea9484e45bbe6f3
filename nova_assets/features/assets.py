"""The feature tables, made by SQL from `core`."""

from nova_assets.factories import make_assets
from nova_assets.registry.analytics import (
    DEMAND_ADJUSTMENTS,
    FEATURES_DEMAND_PROFILE,
    FEATURES_DEMAND_WEEKLY,
    FEATURES_WEEKDAY_SHARES,
)

made_by_sql = make_assets(
    [FEATURES_DEMAND_WEEKLY, DEMAND_ADJUSTMENTS, FEATURES_DEMAND_PROFILE, FEATURES_WEEKDAY_SHARES]
)
