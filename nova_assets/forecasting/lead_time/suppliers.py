"""How long each supplier takes: log-normal days, drawn towards the portfolio; what is still open is taken into account.

Lines that are open on an origin have already outlasted their days (right-censored). Leaving them out would leave out
the late ones, so that they are completed by expectation: the moments of a normal beyond a limit, in turns with the
estimates (EM; Dempster, Laird & Rubin 1977; for the censored normal Schmee & Hahn 1979). Two things more are unknown
of an open line and are completed in the same turns:

* **Who delivers it**, until it is ordered: it is shared over the suppliers, by their share of the lines and by how
  likely each would still keep it waiting (a mixture with a missing label, McLachlan & Peel 2000).
* **Whether it ever comes.** Some requests are dropped and some arrivals never entered; they stay open for ever. With π
  the share of such lines, an open line counts as (1 − π)S ÷ (π + (1 − π)S), S being the chance to wait that long
  (Berkson & Gage 1952; Farewell 1982). Without it a handful of forgotten orders would make every supplier look slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from nova_assets.forecasting.lead_time.shrinkage import Shrunk, shrink
from nova_assets.forecasting.lead_time.waits import NO_SUPPLIER, Waits
from nova_assets.forecasting.portfolio import Floats, Integers

FEWEST_FINISHED_LINES = 10
"""Below this many finished lines in the whole portfolio there is no estimate."""

MOST_TURNS = 200
TOLERANCE = 1e-4
"""The estimates are taken when no supplier's log days move by more in a turn: 0.01 % of its days."""

NAME = "log_normal_shrunk"
PARAMETERS: Mapping[str, float] = MappingProxyType(
    {"fewest_finished_lines": FEWEST_FINISHED_LINES, "most_turns": MOST_TURNS, "tolerance": TOLERANCE}
)


class TooFewLinesError(ValueError):
    """Too few purchases were finished before the origin to say how long one takes."""


@dataclass(frozen=True)
class LogNormals:
    """Log-normal days of several suppliers; the last one is a supplier never seen.

    Attributes:
        mu: mean of log days.
        sigma: standard deviation of the log days of the next line: scatter, and what is not known of the mean.
    """

    mu: Floats
    sigma: Floats

    @property
    def mean_days(self) -> Floats:
        return np.exp(self.mu + self.sigma**2 / 2)

    def quantile_days(self, level: float) -> Floats:
        return np.exp(self.mu + self.sigma * ndtri(level))

    def share_within(self, days: Floats) -> Floats:
        """Chance that it takes no longer: shape (suppliers, days)."""
        return ndtr(self._standardised(days))

    def partial_mean(self, days: Floats) -> Floats:
        """E[T; T ≤ days], the part of the mean that lies below: shape (suppliers, days)."""
        return self.mean_days[:, None] * ndtr(self._standardised(days) - self.sigma[:, None])

    def _standardised(self, days: Floats) -> Floats:
        # Nothing takes less than no time: the logarithm of zero days is minus infinity, as it should be.
        with np.errstate(divide="ignore"):
            return (np.log(days) - self.mu[:, None]) / self.sigma[:, None]


@dataclass(frozen=True)
class Estimate:
    """Lead times as known on one origin.

    Attributes:
        suppliers: one per supplier of the waits, then one never seen.
        mean_weight: part of the supplier's own mean in `mu`; 0 for the supplier never seen.
        variance_weight: part of its own variance in `sigma`.
        never_share: share of all lines that will never be finished.
    """

    suppliers: LogNormals
    mean_weight: Floats
    variance_weight: Floats
    never_share: float


@dataclass(frozen=True)
class _Moments:
    """Sums per supplier of lines, log days and squared log days."""

    lines: Floats
    totals: Floats
    squares: Floats

    def __add__(self, other: _Moments) -> _Moments:
        return _Moments(self.lines + other.lines, self.totals + other.totals, self.squares + other.squares)

    @property
    def shrunk(self) -> Shrunk:
        return shrink(self.lines, self.totals, self.squares)


def estimate(waits: Waits) -> Estimate:
    """Lead times of every supplier from the waits known on an origin.

    Raises:
        TooFewLinesError: fewer than `FEWEST_FINISHED_LINES` lines with a supplier are finished.
    """
    named = waits.finished_supplier >= 0
    if named.sum() < FEWEST_FINISHED_LINES:
        raise TooFewLinesError(
            f"{named.sum()} finished purchases are too few for lead times; {FEWEST_FINISHED_LINES} are needed."
        )
    log_days = waits.log_days[named]
    finished = _moments_of(
        waits.finished_supplier[named], np.ones_like(log_days), log_days, log_days**2, len(waits.suppliers)
    )
    shrunk, never = finished.shrunk, 0.0
    if len(waits.open_days):
        shrunk, never = _with_open_lines(_OpenLines.of(waits), finished)
    return Estimate(
        suppliers=LogNormals(
            np.append(shrunk.mean, shrunk.center),
            np.sqrt(np.append(shrunk.predictive_variance, shrunk.predictive_variance_of_new)),
        ),
        mean_weight=np.append(shrunk.mean_weight, 0.0),
        variance_weight=np.append(shrunk.variance_weight, 0.0),
        never_share=never,
    )


def _with_open_lines(opened: _OpenLines, finished: _Moments) -> tuple[Shrunk, float]:
    lines = finished.lines.sum() + opened.lines.sum()
    shrunk, never = finished.shrunk, opened.lines.sum() / lines / 2
    for _ in range(MOST_TURNS):
        completed = opened.completed(shrunk, never)
        former, shrunk = shrunk, (finished + completed).shrunk
        never = (opened.lines.sum() - completed.lines.sum()) / lines
        if np.abs(shrunk.mean - former.mean).max() < TOLERANCE:
            break
    return shrunk, float(never)


@dataclass(frozen=True)
class _OpenLines:
    """Open lines counted by days, and the suppliers that may finish them.

    Attributes:
        lines: of each count, how many lines wait as long for the same supplier, or for one not known yet.
        count: number of the count that each candidate belongs to.
        supplier: number of each candidate.
        chance: of each candidate before the days are looked at; those of a count sum to one.
        log_days: logarithm of the days outlasted, for each candidate.
    """

    lines: Floats
    count: Integers
    supplier: Integers
    chance: Floats
    log_days: Floats

    @classmethod
    def of(cls, waits: Waits) -> _OpenLines:
        pairs = np.column_stack([waits.open_supplier, waits.log_open_days])
        counts, lines = np.unique(pairs, axis=0, return_counts=True)
        named = counts[:, 0] != NO_SUPPLIER
        known = np.concatenate([waits.finished_supplier, waits.open_supplier])
        share = np.bincount(known[known >= 0], minlength=len(waits.suppliers)) / np.count_nonzero(known >= 0)
        unnamed, anybody = np.flatnonzero(~named), np.flatnonzero(share)
        count = np.concatenate([np.flatnonzero(named), np.repeat(unnamed, len(anybody))])
        return cls(
            lines=lines.astype(np.float64),
            count=count,
            supplier=np.concatenate([counts[named, 0].astype(np.int64), np.tile(anybody, len(unnamed))]),
            chance=np.concatenate([np.ones(named.sum()), np.tile(share[anybody], len(unnamed))]),
            log_days=counts[count, 1].astype(np.float64),
        )

    def completed(self, shrunk: Shrunk, never: float) -> _Moments:
        """The moments that these lines are expected to add; `lines` are those that will be finished."""
        mean, variance = shrunk.mean[self.supplier], shrunk.variance[self.supplier]
        spread = np.sqrt(variance)
        limit = (self.log_days - mean) / spread
        log_beyond = log_ndtr(-limit)
        coming = (1 - never) * self.chance * np.exp(log_beyond)
        all_coming = np.bincount(self.count, coming, len(self.lines))
        # Of lines that every supplier would have finished long ago nothing is left to come.
        weight = coming * (self.lines / np.maximum(never + all_coming, np.finfo(np.float64).tiny))[self.count]
        # Mean and square of a standard normal beyond a limit z: h = φ(z)/(1 − Φ(z)) and 1 + z·h.
        hazard = np.exp(-(limit**2) / 2 - np.log(2 * np.pi) / 2 - log_beyond)
        late = mean + spread * hazard
        square = mean**2 + variance * (1 + limit * hazard) + 2 * mean * spread * hazard
        return _moments_of(self.supplier, weight, late, square, len(shrunk.mean))


def _moments_of(supplier: Integers, lines: Floats, log_days: Floats, squares: Floats, suppliers: int) -> _Moments:
    return _Moments(
        *(
            np.bincount(supplier, weights, suppliers).astype(np.float64)
            for weights in (lines, lines * log_days, lines * squares)
        )
    )
