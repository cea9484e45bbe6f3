"""Means and variances of groups of unequal size, drawn towards those of all groups: empirical Bayes by moments.

A group s has n lines with the mean ȳ and the sum of squares SS about it. Group means μ scatter by τ² about μ₀, lines by
σ² about their group's mean, and σ² itself differs between groups.

* Within: σ̄² = ΣSS ÷ Σ(n − 1). Between: τ² = (Σn(ȳ − y̅)² − (S − 1)σ̄²) ÷ (N − Σn²/N), not below zero: the analysis of
  variance of unequal groups (Searle, Casella & McCulloch 1992, *Variance Components*, section 3.6).
* The mean is drawn to μ₀ with the credibility B = nτ² ÷ (nτ² + σ̄²) (Bühlmann & Straub 1970); μ₀ is the mean of group
  means weighted by 1 ÷ (τ² + σ̄²/n), as in Laird & Ware (1982).
* Variances are scaled inverse χ² with ν degrees of freedom and mean σ̄²: a group's is
  σ̄² + (n − 1) ÷ (n − 1 + ν − 2) · (s² − σ̄²) (Gelman et al. 2013, *Bayesian Data Analysis*, section 2.6). With v the
  variance of the variances, ν = 4 + 2σ̄⁴/v. Smyth (2004) fits the logarithms of s² instead; a supplier whose lines came
  together has s² = 0, which has none. By moments, E[(s² − σ̄²)²] = v + 2(v + σ̄⁴) ÷ (n − 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nova_assets.forecasting.portfolio import Floats

LEAST_VARIANCE = 1e-6
"""Of log days: groups without any scatter at all have this much, so that densities stay finite."""


@dataclass(frozen=True)
class Shrunk:
    """Groups, drawn towards each other.

    Attributes:
        mean: of each group, drawn to `center`.
        variance: of lines about their group's mean, drawn to `within`.
        center: μ₀.
        within: σ̄².
        between: τ².
        mean_weight: the part of a group's own mean in `mean`, from 0 (no line of its own) towards 1.
        variance_weight: the part of a group's own variance in `variance`.
    """

    mean: Floats
    variance: Floats
    center: float
    within: float
    between: float
    mean_weight: Floats
    variance_weight: Floats

    @property
    def predictive_variance(self) -> Floats:
        """Of the next line of each group: its own scatter, and what is not known of the group's mean."""
        return self.variance + self.between * (1 - self.mean_weight)

    @property
    def predictive_variance_of_new(self) -> float:
        """Of a line of a group never seen."""
        return self.within + self.between


def shrink(lines: Floats, totals: Floats, squares: Floats) -> Shrunk:
    """Draws groups towards each other (formulas in the module's docstring).

    Args:
        lines: number of lines per group, ≥ 0, may be fractions.
        totals: sum of y per group.
        squares: sum of y² per group.

    Raises:
        ValueError: no group has a line.
    """
    if not lines.sum() > 0:
        raise ValueError("Nothing can be estimated from no lines.")
    means = totals / np.maximum(lines, np.finfo(np.float64).tiny)
    about_mean = np.maximum(squares - lines * means**2, 0.0)
    freedom = np.maximum(lines - 1, 0.0)
    within = max(float(about_mean.sum() / max(freedom.sum(), 1.0)), LEAST_VARIANCE)
    between = _between(lines, means, within)
    weights = np.where(lines > 0, 1 / (between + within / np.maximum(lines, np.finfo(np.float64).tiny)), 0.0)
    center = float((weights * means).sum() / weights.sum())
    mean_weight = lines * between / (lines * between + within)
    own = np.where(freedom > 0, about_mean / np.where(freedom > 0, freedom, 1.0), within)
    variance_weight = _variance_weight(freedom, own, within)
    return Shrunk(
        mean=center + mean_weight * (means - center),
        variance=within + variance_weight * (own - within),
        center=center,
        within=within,
        between=between,
        mean_weight=mean_weight,
        variance_weight=variance_weight,
    )


def _between(lines: Floats, means: Floats, within: float) -> float:
    total, groups = lines.sum(), np.count_nonzero(lines)
    spread = total - (lines**2).sum() / total
    if groups < 2 or spread <= 0:
        return 0.0
    overall = (lines * means).sum() / total
    return max(float(((lines * (means - overall) ** 2).sum() - (groups - 1) * within) / spread), 0.0)


def _variance_weight(freedom: Floats, own: Floats, within: float) -> Floats:
    groups = np.count_nonzero(freedom)
    if not groups:
        return np.zeros_like(freedom)
    seen = (freedom * (own - within) ** 2).sum()
    between = (seen - 2 * within**2 * groups) / (freedom.sum() + 2 * groups)
    if between <= 0:
        return np.zeros_like(freedom)
    degrees = 4 + 2 * within**2 / between
    return freedom / (freedom + degrees - 2)
