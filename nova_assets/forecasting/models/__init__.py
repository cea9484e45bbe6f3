"""The models, by name. A new model is one class that follows `protocol.Model`, one entry here and
one in `nova_assets.forecasting.catalogue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nova_assets.forecasting.models.automatic import AUTO_ARIMA, AUTO_ETS
from nova_assets.forecasting.models.bootstrap import PooledBootstrap
from nova_assets.forecasting.models.lstm import LSTM
from nova_assets.forecasting.models.moments import PresentFormula
from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.prophet import PROPHET
from nova_assets.forecasting.models.protocol import Model
from nova_assets.forecasting.models.smoothing import ADIDA, HISTORIC_AVERAGE, IMAPA, SES, TSB
from nova_assets.forecasting.models.trees import BoostedQuantiles
from nova_assets.forecasting.models.windows import DemandWindows

PRESENT_FORMULA = PresentFormula()
COLD_START = PooledBootstrap(0.95)
"""The model to go by where there is no past to judge models by: it borrows what an item's own history does not say."""

MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for model in (
            PRESENT_FORMULA,
            HISTORIC_AVERAGE,
            POOLED_OCCURRENCE,
            SES,
            TSB,
            ADIDA,
            IMAPA,
            DemandWindows(HISTORIC_AVERAGE),
            PooledBootstrap(1.0),
            COLD_START,
            PooledBootstrap(0.9),
            BoostedQuantiles(),
            AUTO_ETS,
            AUTO_ARIMA,
            PROPHET,
            LSTM,
        )
    }
)
