"""The names that others may not give to their models are those of ours."""

from __future__ import annotations

from nova_assets.forecasting.lead_time.models import LEAD_TIME_MODELS
from nova_assets.forecasting.model_names import OWN_MODELS
from nova_assets.forecasting.models import MODELS


def test_every_model_of_ours_keeps_its_name_to_itself() -> None:
    assert set(MODELS) | set(LEAD_TIME_MODELS) | {"ensemble"} == set(OWN_MODELS)
