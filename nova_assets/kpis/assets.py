"""The materialized views, refreshed without blocking their readers."""

from nova_assets import registry
from nova_assets.factories import make_assets

views = make_assets(registry.VIEWS)
