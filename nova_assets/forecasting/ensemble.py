"""The served forecast: the average of the few models that were best on past origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nova_assets.forecasting.models import COLD_START, MODELS, PRESENT_FORMULA
from nova_assets.forecasting.models.protocol import Model
from nova_assets.forecasting.outcomes import Outcome
from nova_assets.forecasting.portfolio import Floats

FIRST_LEVEL = 0.5
"""Models are compared by their upper quantiles: reorder points are never set below the median."""


@dataclass(frozen=True)
class Standing:
    """A model on the past origins.

    Attributes:
        loss: mean scaled pinball loss divided by that of the present formula on the same items; NaN where the model
            said nothing.
        weight: its part in the average, 0 when it is out; of the items that it speaks of, where it does not of all.
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
        """Model → weight of those that are in."""
        return {standing.model: standing.weight for standing in self.standings if standing.weight}

    def combine(self, said: Mapping[str, Floats]) -> Floats:
        """The weighted average of what the chosen models say, item by item (rows) of those that speak of it.

        Args:
            said: model → (items, …), all of one shape, NaN for items that a model does not speak of.

        Raises:
            ValueError: when none of the chosen models speaks of some item.
        """
        members = {name: weight for name, weight in self.weights.items() if name in said}
        if not members:
            raise ValueError(f"none of the chosen models {sorted(self.weights)} speaks on this origin")
        values = np.stack([said[name] for name in members])
        weights = np.array(list(members.values())).reshape(-1, *[1] * (values.ndim - 1)) * np.isfinite(values)
        total = weights.sum(axis=0)
        if (total == 0).any():
            raise ValueError(f"none of the chosen models {sorted(members)} speaks of {int((total == 0).sum())} figures")
        return np.nan_to_num(values * weights).sum(axis=0) / total


@dataclass(frozen=True)
class Choice:
    """How the models of an ensemble are chosen.

    Chosen once for all items: choosing per item by past errors follows noise on histories this short. A model that
    speaks of some items only is compared on them with the best of the chosen, and averaged there alone.

    Attributes:
        most: models at most that speak of every item.
        margin: a model this much worse than the best one is out, as a share of the best one's loss.
        fewest_items: a model that spoke of fewer items, all past origins together, is out: that few tell nothing.
        first_level: lowest level of the quantiles by which models are compared.
    """

    most: int = 2
    margin: float = 0.06
    fewest_items: int = 60
    first_level: float = FIRST_LEVEL

    def ensemble(self, past: Sequence[Outcome], models: Mapping[str, Model] = MODELS) -> Ensemble:
        """The ensemble that the outcomes of past origins speak for.

        Args:
            past: outcomes of origins whose weeks had ended before the origin that is to be forecast.
        """
        return self.chosen_by([Comparison.of(one, self.first_level) for one in past], models)

    def chosen_by(self, past: Sequence[Comparison], models: Mapping[str, Model] = MODELS) -> Ensemble:
        """The ensemble that the comparisons of past origins, by this choice's levels, speak for."""
        losses = {name: relative_loss(name, past) for name in models}
        spoken = [name for name, loss in losses.items() if np.isfinite(loss)]
        reasons = {name: _reason_absent(name, past) for name in models if name not in spoken}
        if not spoken:
            return _without_past(models, reasons)
        general = sorted((name for name in spoken if _speaks_of_all(name, past)), key=losses.__getitem__)
        members = self._choose(general, losses, models, reasons, len(past))
        for name in (name for name in spoken if name not in general):
            reasons[name] = self._judge_partial(name, members[0], past)
        weights = {name: 1 / len(members) for name in spoken if reasons[name].startswith("in")}
        return Ensemble(tuple(Standing(name, losses[name], weights.get(name, 0.0), reasons[name]) for name in models))

    def _choose(
        self,
        ranked: Sequence[str],
        losses: Mapping[str, float],
        models: Mapping[str, Model],
        reasons: dict[str, str],
        origins: int,
    ) -> list[str]:
        limit = (1 + self.margin) * losses[ranked[0]]
        chosen: dict[str, str] = {}
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
                reasons[name] = f"in: rank {rank} of {len(ranked)} on {origins} past origins"
        return list(chosen.values())

    def _judge_partial(self, name: str, best: str, past: Sequence[Comparison]) -> str:
        items = sum(one.spoken.get(name, 0) for one in past)
        if items < self.fewest_items:
            return f"out: it spoke of {items} items in {len(past)} past origins, fewer than {self.fewest_items}"
        ratio = relative_loss(name, past) / relative_loss(best, past, among=name)
        if ratio >= 1:
            return f"out: {ratio - 1:.0%} behind {best} on the {items} items that it spoke of"
        return f"in: {1 - ratio:.0%} better than {best} on the {items} items that it spoke of"


@dataclass(frozen=True)
class Comparison:
    """The losses of a past origin, by which models are compared; of parts of a portfolio they add up to the whole's.

    Attributes:
        items: items by which models are compared.
        spoken: model → those of them that it speaks of.
        losses: model, another model → sum of its scaled pinball losses over the items that the other speaks of; NaN
            where it is silent of one of these.
        absent: model → why it says nothing.
    """

    items: int
    spoken: Mapping[str, int]
    losses: Mapping[tuple[str, str], float]
    absent: Mapping[str, str]

    @classmethod
    def of(cls, one: Outcome, first_level: float = FIRST_LEVEL) -> Comparison:
        """By the quantiles from a level on."""
        losses = {name: upper_losses(one, name, first_level).sum(axis=1) for name in one.quantiles}
        spoken = {name: np.isfinite(one.quantiles[name][one.measurable, 0]) for name in one.quantiles}
        return cls(
            items=int(one.measurable.sum()),
            spoken={name: int(of_model.sum()) for name, of_model in spoken.items()},
            losses={(name, among): float(losses[name][spoken[among]].sum()) for name in losses for among in losses},
            absent=one.absent,
        )

    def __add__(self, other: Comparison) -> Comparison:
        """Of both parts, in which the same models spoke."""
        return Comparison(
            self.items + other.items,
            {name: count + other.spoken[name] for name, count in self.spoken.items()},
            {pair: loss + other.losses[pair] for pair, loss in self.losses.items()},
            self.absent,
        )

    def without(self, silent: Mapping[str, str]) -> Comparison:
        """As if some models had said nothing; why, by model."""
        absent = {name: reason for name, reason in silent.items() if name in self.spoken}
        return replace(
            self,
            spoken={name: count for name, count in self.spoken.items() if name not in absent},
            losses={pair: loss for pair, loss in self.losses.items() if not absent.keys() & set(pair)},
            absent={**self.absent, **absent},
        )


def relative_loss(name: str, past: Sequence[Comparison], among: str | None = None) -> float:
    """Scaled pinball loss of a model ÷ that of the present formula, mean over past origins.

    Measured on the items that the model speaks of, or those that the model `among` speaks of; NaN where there are none.
    """
    ratios = []
    for one in past:
        items = among or name
        if {name, items, PRESENT_FORMULA.name} <= one.spoken.keys():
            benchmark = one.losses[PRESENT_FORMULA.name, items]
            if benchmark > 0:
                ratios.append(one.losses[name, items] / benchmark)
    return float(np.mean(ratios)) if ratios else float("nan")


def _speaks_of_all(name: str, past: Sequence[Comparison]) -> bool:
    return all(one.spoken[name] == one.items for one in past if name in one.spoken)


def upper_losses(one: Outcome, name: str, first_level: float = FIRST_LEVEL) -> Floats:
    """Scaled pinball losses by which models are compared: (measurable items, levels from `first_level` on)."""
    return one.losses(one.quantiles[name])[:, one.levels >= first_level]


def _reason_absent(name: str, past: Sequence[Comparison]) -> str:
    said = (one.absent[name] for one in past if name in one.absent)
    return "out: " + next(said, "it said nothing of the past origins")


def _without_past(models: Mapping[str, Model], reasons: Mapping[str, str]) -> Ensemble:
    return Ensemble(
        tuple(
            Standing(name, float("nan"), 1.0, "in: there is no past origin to judge by, and it needs least history")
            if name == COLD_START.name
            else Standing(name, float("nan"), 0.0, reasons[name])
            for name in models
        )
    )
