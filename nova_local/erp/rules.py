"""The naive reorder rule: a minimum and a maximum per item and warehouse, guessed first, then set once from the
averages of the first weeks and never again."""

from __future__ import annotations

import numpy as np

from nova_local.erp import movements
from nova_local.erp.frames import Frame
from nova_local.erp.today import Today, add

WARM_UP = 60  # days whose issues make the averages
REVIEW_DAYS = 7
SAFETY = 1.5  # the planner's thumb on the minimum of what is bought
COVER_BOUGHT, COVER_FED = 45, 20  # days of average use between minimum and maximum
FED_DAYS = 16  # days that the minimum of a warehouse covers when the central one feeds it


def open_company(today: Today) -> None:
    """The planner's guess of every average, and an opening stock somewhere up to its maximum."""
    world, state = today.world, today.state
    places, items = world.places, world.items
    shares = np.bincount(places.region[places.first_tower :], weights=places.exposure, minlength=world.locations)
    daily = items.daily_lines(places) * items.size_mean * items.guess
    set_limits(today, daily[:, None] * (shares / shares.sum())[None, :], np.ones(state.shelf.shape, bool))
    fill = today.rng.uniform(0.2, 1.4, state.shelf.shape)
    opening = whole_steps(today, state.maximum * fill)
    item, location = np.nonzero(opening)
    rows: Frame = {"item": item, "location": location, "quantity": opening[item, location]}
    rows["document"] = np.zeros(len(item), np.int64)
    movements.write(today, movements.FOUND, rows)
    add(state.shelf, rows, rows["quantity"])
    add(state.book, rows, rows["quantity"])


def set_from_averages(today: Today) -> None:
    """What was used in the first weeks replaces the guess; what was not used keeps it."""
    daily = today.state.early / 100 / WARM_UP
    used = daily > 0
    used[:, 0] = daily.sum(axis=1) > 0
    set_limits(today, daily, used)


def set_limits(today: Today, daily: np.ndarray, where: np.ndarray) -> None:
    """Minimum and maximum out of `daily` use (units; items, locations); the central warehouse sees the sum of all."""
    world, state = today.world, today.state
    daily = daily.copy()
    daily[:, 0] = daily[:, 1:].sum(axis=1)
    bought_days = SAFETY * (state.planned_days[:, None] + REVIEW_DAYS)
    minimum = daily * np.where(world.buys, bought_days, FED_DAYS)
    maximum = minimum + daily * np.where(world.buys, COVER_BOUGHT, COVER_FED)
    stocked = where & (world.buys | world.is_fed)
    state.minimum[:] = np.where(stocked, whole_steps(today, minimum * 100), state.minimum)
    state.maximum[:] = np.where(stocked, whole_steps(today, maximum * 100), state.maximum)
    # A maximum of nothing could never be bought
    step = world.items.step[:, None]
    state.maximum[:] = np.where(stocked, np.maximum(state.maximum, state.minimum + step), state.maximum)


def whole_steps(today: Today, hundredths: np.ndarray) -> np.ndarray:
    step = today.world.items.step[:, None]
    return (np.rint(hundredths / step) * step).astype(np.int64)
