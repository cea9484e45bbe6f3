"""The forecasting engine as a Dagster resource."""

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from nova_assets.forecasting.engine import Engine


class ForecastEngine(dg.ConfigurableResource):
    """Chooses where forecasts are computed.

    Attributes:
        engine: a name of `nova_assets.forecasting.engine.ENGINES`.
    """

    engine: str = "local"

    def build(self) -> "Engine":
        """The engine.

        Raises:
            ValueError: when there is none of that name.
        """
        from nova_assets.forecasting.engine import engine_named

        return engine_named(self.engine)
