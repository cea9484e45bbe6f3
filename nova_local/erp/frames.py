"""Rows of a simulated table as columns of equal length, and what is done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Frame = dict[str, np.ndarray]


def length(frame: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(frame.values())))


def take(frame: Frame, which: np.ndarray) -> Frame:
    """The rows at `which`: positions, or true where a row is wanted."""
    return {name: values[which] for name, values in frame.items()}


def concat(frames: Sequence[Frame]) -> Frame:
    """One frame after the other, with the columns of the first."""
    if len(frames) == 1:
        return frames[0]
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def select(frame: Frame, names: Sequence[str]) -> Frame:
    return {name: frame[name] for name in names}


def latest(frame: Frame, key: str) -> Frame:
    """For each value of `key` the row that came last."""
    _, positions = np.unique(frame[key][::-1], return_index=True)
    return take(frame, length(frame) - 1 - positions)


def rank_in_group(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row the number of its group (0, 1, … in order of the key) and its own place within it, from 0."""
    order = np.argsort(keys, kind="stable")
    _, starts, group = np.unique(keys[order], return_index=True, return_inverse=True)
    groups, ranks = np.empty_like(order), np.empty_like(order)
    groups[order] = group
    ranks[order] = np.arange(len(keys)) - starts[group]
    return groups, ranks


def allocate(stock: np.ndarray, keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What each row gets of `stock[key]` when rows are served in their order, as long as there is something."""
    if not len(keys):
        return wanted.copy()
    order = np.argsort(keys, kind="stable")
    sorted_keys, quantities = keys[order], wanted[order]
    _, starts, group = np.unique(sorted_keys, return_index=True, return_inverse=True)
    before = np.cumsum(quantities) - quantities
    given = np.empty_like(wanted)
    given[order] = np.clip(stock[sorted_keys] - (before - before[starts[group]]), 0, quantities)
    return given
