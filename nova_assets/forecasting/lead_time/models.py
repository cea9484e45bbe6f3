"""The models of lead-time demand, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nova_assets.forecasting.lead_time.bootstrap import PooledBootstrap
from nova_assets.forecasting.lead_time.moments import MatchedMoments, PresentFormula
from nova_assets.forecasting.lead_time.protocol import LeadTimeModel
from nova_assets.forecasting.lead_time.trees import BoostedQuantiles
from nova_assets.forecasting.lead_time.windows import DemandWindows
from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.smoothing import ADIDA, HISTORIC_AVERAGE, IMAPA, SES, TSB

PRESENT_FORMULA = PresentFormula()
AVERAGE = MatchedMoments(HISTORIC_AVERAGE, "average")

LEAD_TIME_MODELS: Mapping[str, LeadTimeModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            PRESENT_FORMULA,
            AVERAGE,
            MatchedMoments(POOLED_OCCURRENCE, "average"),
            MatchedMoments(SES, "smoothing"),
            MatchedMoments(TSB, "smoothing"),
            MatchedMoments(ADIDA, "smoothing"),
            MatchedMoments(IMAPA, "smoothing"),
            DemandWindows(AVERAGE),
            PooledBootstrap(1.0),
            PooledBootstrap(0.95),
            PooledBootstrap(0.9),
            BoostedQuantiles(),
        )
    }
)
