"""The models, by name. A new model is one class that follows `protocol.Model`, and one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nova_assets.forecasting.models.pooled import POOLED_OCCURRENCE
from nova_assets.forecasting.models.protocol import Model
from nova_assets.forecasting.models.smoothing import ADIDA, CROSTON_SBA, HISTORIC_AVERAGE, IMAPA, SES, TSB

MODELS: Mapping[str, Model] = MappingProxyType(
    {model.name: model for model in (HISTORIC_AVERAGE, SES, TSB, ADIDA, IMAPA, CROSTON_SBA, POOLED_OCCURRENCE)}
)
