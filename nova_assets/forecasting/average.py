"""The ensemble of an origin, made of what the models wrote into the lake: chosen for all items, averaged by parts."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add

import pandas as pd
import pyarrow as pa

from nova_assets.forecasting.demand import StoredDemand
from nova_assets.forecasting.ensemble import Choice, Comparison, Ensemble
from nova_assets.forecasting.history import History
from nova_assets.forecasting.models import PRESENT_FORMULA
from nova_assets.forecasting.outcomes import Outcome, demand_of
from nova_assets.forecasting.parameters import ENSEMBLE, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.forecasting.rows import SUMMED_LEVELS, Figures, Made, forecast_rows, summed_rows
from nova_assets.forecasting.said import Said
from nova_assets.forecasting.sites import SiteShares
from nova_assets.forecasting.version import code_version
from nova_assets.registry.lake import ENSEMBLE_STANDINGS
from nova_assets.resources.lake_schema import arrow_schema

STANDINGS_SCHEMA = arrow_schema(ENSEMBLE_STANDINGS)


class ModelsMissingError(LookupError):
    """No model has forecast an origin that the data reach."""


@dataclass(frozen=True)
class Chosen:
    """The models of an origin.

    Attributes:
        ensemble: chosen by the past origins.
        past_origins: those of them on which models spoke.
        members: the chosen models that speak on the origin.
    """

    origin: date
    ensemble: Ensemble
    past_origins: tuple[date, ...]
    members: tuple[str, ...]

    @property
    def standings(self) -> pa.Table:
        """Rows of the lake's table `ensemble_standings`."""
        return _standings(self.origin, self.ensemble)


def choose(origins: Sequence[date], demand: StoredDemand, said: Said) -> list[Chosen]:
    """Chooses the models of each origin by what they said on the origins before it, and what came since."""
    past_of = {origin: [at for at in _past_of(origin) if demand.items and said.models_of(at)] for origin in origins}
    compared = {at: _comparison(at, demand, said) for at in sorted({at for past in past_of.values() for at in past})}
    return [_chosen(origin, {at: compared[at] for at in past}, said) for origin, past in past_of.items()]


def _past_of(origin: date) -> list[date]:
    """The origins that the choice of an origin looks at, earliest first."""
    return [origin - timedelta(weeks=VALIDATION_WEEKS * number) for number in range(VALIDATION_ORIGINS, 0, -1)]


def _comparison(origin: date, demand: StoredDemand, said: Said) -> Comparison:
    return reduce(add, (Comparison.of(past_outcome(origin, known, said)) for known in demand.frames()))


def _chosen(origin: date, compared: Mapping[date, Comparison], said: Said) -> Chosen:
    """A model that is run on demand may have spoken before and be silent now: choosing it would leave the origin with a
    worse average, or with none.
    """
    speaking = said.models_of(origin)
    silent = {
        name: "it has not forecast the origin to be served"
        for name in said.models
        if speaking and name not in speaking and name != PRESENT_FORMULA.name
    }
    ensemble = Choice().chosen_by([one.without(silent) for one in compared.values()])
    members = tuple(name for name in ensemble.weights if name in speaking)
    return Chosen(origin, ensemble, tuple(compared), members)


@dataclass(frozen=True)
class Average:
    """What is served of some items on an origin.

    Attributes:
        history: their demand before the origin.
        figures: of all sites together.
        forecasts: rows of the lake's table `forecasts`.
        summed: rows of the lake's table `summed_demand`.
    """

    history: History
    figures: Figures
    forecasts: pa.Table
    summed: pa.Table


def average(chosen: Chosen, demand: pd.DataFrame, shares: SiteShares, said: Said, now: datetime) -> Average | None:
    """What the chosen models say together of some items; None where the data do not reach the origin.

    Args:
        demand: `unique_id, ds, y` of these items; what lies on the origin or after it is not looked at.
        shares: of the sites of all items, as known on the origin.
        now: instant written as `generated_at`.

    Raises:
        ModelsMissingError: the data reach the origin, and no chosen model has forecast it.
    """
    started = time.perf_counter()
    origin, weights = chosen.origin, chosen.ensemble.weights
    history = History.before(origin, demand)
    if history.weeks_missing or history.items.empty:
        return None
    if not chosen.members:
        raise ModelsMissingError(
            f"None of {sorted(weights)} has forecast {origin}: materialize lake/models for it first."
        )
    statements = said.statements(origin, chosen.members, history.items)
    figures = Figures(
        history.items,
        chosen.ensemble.combine({name: one.figures.weekly for name, one in statements.items()}),
        chosen.ensemble.combine({name: one.figures.summed for name, one in statements.items()}),
    )
    sites = shares.share_out(figures)
    version = _version(chosen.ensemble, {name: one.version for name, one in statements.items()})
    made = Made(origin, ENSEMBLE, version, round(time.perf_counter() - started, 3), now)
    return Average(
        history,
        figures,
        pa.concat_tables([forecast_rows(figures, made), forecast_rows(sites, made)]),
        pa.concat_tables([summed_rows(figures, made), summed_rows(sites, made)]),
    )


def past_outcome(origin: date, known: pd.DataFrame, said: Said) -> Outcome:
    """What the models said on a past origin of the next `VALIDATION_WEEKS` weeks, beside what came.

    Args:
        known: demand `unique_id, ds, y` of some items that reaches at least to the end of those weeks.
    """
    history = History.before(origin, known)
    return Outcome(
        history=history,
        weeks=VALIDATION_WEEKS,
        actual=demand_of(known, history, VALIDATION_WEEKS),
        levels=SUMMED_LEVELS,
        quantiles=said.quantiles(origin, said.models_of(origin), VALIDATION_WEEKS, history.items),
        absent={},
    )


def _standings(origin: date, chosen: Ensemble) -> pa.Table:
    standings = chosen.standings
    return pa.table(
        {
            "origin": pa.repeat(pa.scalar(origin, pa.date32()), len(standings)),
            "model": [standing.model for standing in standings],
            "loss": pa.array([standing.loss for standing in standings], pa.float64(), from_pandas=True),
            "weight": [standing.weight for standing in standings],
            "reason": [standing.reason for standing in standings],
        },
        schema=STANDINGS_SCHEMA,
    )


def _version(chosen: Ensemble, members: Mapping[str, str]) -> str:
    """`<code>.<members and their weights>.<data>`, eight hexadecimal digits each, as a model's version."""
    text = json.dumps([dict(chosen.weights), dict(members)], sort_keys=True)
    data = next(iter(members.values())).rpartition(".")[2]
    return f"{code_version()}.{hashlib.sha256(text.encode()).hexdigest()[:8]}.{data}"
