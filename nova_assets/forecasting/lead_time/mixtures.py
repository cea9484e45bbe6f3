"""Quantiles of a mixture of distributions, each known by some of its quantiles. Exact for piecewise linear ones."""

from __future__ import annotations

import numpy as np

from nova_assets.forecasting.portfolio import Floats

POINT = 1e-9
"""A distance this small beside the largest value is none: the probability between lies on one point."""


def mixture_quantiles(weights: Floats, values: Floats, levels: Floats, wanted: Floats) -> Floats:
    """Quantiles of mixtures, all items at once.

    Between two of its quantiles a component's probability is spread evenly, or lies on the point where they are equal.
    The mixture's distribution function is then linear between all those values: sorted, its slope changes by known
    amounts at each, and its sum along them is the function itself. Nothing is sampled.

    Args:
        weights: shape (items, components), ≥ 0, rows sum to one.
        values: quantiles of each component, shape (items, components, levels), not falling along the levels.
        levels: levels of `values`, rising from 0 to 1.
        wanted: levels of the result, within (0, 1).

    Returns:
        Shape (items, wanted): the smallest value that is reached with at least the level's probability.
    """
    items = len(values)
    steps, parts = np.diff(values, axis=2), np.diff(levels) * weights[:, :, None]
    on_point = steps <= POINT * values.max(axis=(1, 2), keepdims=True)
    slopes = np.where(on_point, 0.0, parts / np.where(on_point, 1.0, steps))
    turns, points = np.zeros_like(values), np.zeros_like(values)
    turns[:, :, :-1] += slopes
    turns[:, :, 1:] -= slopes
    points[:, :, :-1] = np.where(on_point, parts, 0.0)

    flat = values.reshape(items, -1)
    order = np.argsort(flat, axis=1, kind="stable")
    flat, turns, points = (np.take_along_axis(one.reshape(items, -1), order, axis=1) for one in (flat, turns, points))
    rises = np.maximum(np.cumsum(turns, axis=1)[:, :-1], 0.0) * np.diff(flat, axis=1)
    reached = np.cumsum(points + np.pad(rises, ((0, 0), (1, 0))), axis=1)
    before = (reached - points) / reached[:, -1:]
    reached = reached / reached[:, -1:]

    at = _first_reaching(reached, wanted)
    former = np.maximum(at - 1, 0)
    low, high = np.take_along_axis(reached, former, axis=1), np.take_along_axis(before, at, axis=1)
    start, end = np.take_along_axis(flat, former, axis=1), np.take_along_axis(flat, at, axis=1)
    part = np.clip((wanted - low) / np.maximum(high - low, np.finfo(np.float64).tiny), 0.0, 1.0)
    return np.where(at == 0, end, start + part * (end - start))


def _first_reaching(reached: Floats, wanted: Floats) -> np.ndarray:
    """Per row the first column that reaches each wanted level."""
    rows = np.arange(len(reached))[:, None]
    # One search for all rows: the n-th row's probabilities are lifted to n … n + 1.
    found = np.searchsorted((reached + rows).reshape(-1), (wanted + rows).reshape(-1)).reshape(len(reached), -1)
    return np.clip(found - rows * reached.shape[1], 0, reached.shape[1] - 1)
