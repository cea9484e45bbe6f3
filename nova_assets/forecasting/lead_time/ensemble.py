"""The served distribution of lead-time demand: the average of the few models that were best on past origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nova_assets.forecasting.lead_time.models import LEAD_TIME_MODELS, PRESENT_FORMULA
from nova_assets.forecasting.lead_time.outcomes import Outcome
from nova_assets.forecasting.lead_time.protocol import LeadTimeModel
from nova_assets.forecasting.portfolio import Floats

FIRST_LEVEL = 0.5
"""Models are compared by their upper quantiles: reorder points are never set below the median."""


@dataclass(frozen=True)
class Standing:
    """A model on the validation origins.

    Attributes:
        loss: mean scaled pinball loss divided by that of the present formula; NaN where the model said nothing.
        weight: its part in the average, 0 when it is out.
        reason: why it is in or out.
    """

    model: str
    loss: float
    weight: float
    reason: str


@dataclass(frozen=True)
class Ensemble:
    """The models chosen for a portfolio: quantiles averaged level by level (Vincent 1912; Lichtendahl, Grushka-Cockayne
    & Winkler 2013, Management Science 59(7)).
    """

    standings: tuple[Standing, ...]

    @property
    def weights(self) -> Mapping[str, float]:
        """Model → weight of those that are in; the weights sum to one."""
        return {standing.model: standing.weight for standing in self.standings if standing.weight}

    def combine(self, quantiles: Mapping[str, Floats]) -> Floats:
        """The weighted average of the chosen models' quantiles, (items, levels).

        A model that cannot speak on this origin leaves its weight to the others.

        Raises:
            ValueError: when none of the chosen models speaks.
        """
        weights = {name: weight for name, weight in self.weights.items() if name in quantiles}
        if not weights:
            raise ValueError(f"none of the chosen models {sorted(self.weights)} has quantiles for this origin")
        combined = sum(weight * quantiles[name] for name, weight in weights.items())
        return np.asarray(combined) / sum(weights.values())


@dataclass(frozen=True)
class Choice:
    """How the models of an ensemble are chosen.

    Chosen once for all items: choosing per item by past errors follows noise on histories this short.

    Attributes:
        most: models at most.
        margin: a model this much worse than the best one is out, as a share of the best one's loss.
    """

    most: int = 2
    margin: float = 0.06

    def ensemble(
        self, validation: Sequence[Outcome], models: Mapping[str, LeadTimeModel] = LEAD_TIME_MODELS
    ) -> Ensemble:
        """The ensemble that the outcomes of past origins speak for.

        Args:
            validation: outcomes of origins whose lead time had ended before the origin that is to be forecast.
        """
        losses = {name: _relative_loss(name, validation) for name in models}
        ranked = sorted((name for name, loss in losses.items() if np.isfinite(loss)), key=losses.__getitem__)
        limit = (1 + self.margin) * losses[ranked[0]]
        chosen: dict[str, str] = {}
        reasons = {name: _reason_absent(name, validation) for name in models if name not in ranked}
        for rank, name in enumerate(ranked, start=1):
            family = models[name].family
            if losses[name] > limit:
                reasons[name] = f"out: more than {self.margin:.0%} behind {ranked[0]}"
            elif family in chosen:
                reasons[name] = f"out: says nearly the same as {chosen[family]}, which is better"
            elif len(chosen) == self.most:
                reasons[name] = f"out: {self.most} better models are in"
            else:
                chosen[family] = name
                reasons[name] = f"in: rank {rank} of {len(ranked)} on {len(validation)} past origins"
        members = set(chosen.values())
        return Ensemble(
            tuple(
                Standing(name, losses[name], 1 / len(members) if name in members else 0.0, reasons[name])
                for name in models
            )
        )


def _relative_loss(name: str, validation: Sequence[Outcome]) -> float:
    spoken = [one for one in validation if name in one.quantiles]
    ratios = [_upper_loss(one, name) / _upper_loss(one, PRESENT_FORMULA.name) for one in spoken]
    return float(np.mean(ratios)) if ratios else float("nan")


def _upper_loss(one: Outcome, name: str) -> float:
    return float(one.losses(one.quantiles[name])[:, one.levels >= FIRST_LEVEL].mean())


def _reason_absent(name: str, validation: Sequence[Outcome]) -> str:
    return "out: " + next(one.absent[name] for one in validation if name in one.absent)
