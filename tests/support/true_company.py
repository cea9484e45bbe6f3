"""The demo company lived through once more in memory, with everything written down that its ERP never shows.

The same size and seed always live the same days, so this is the truth behind the rows of the demo ERP.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from nova_local.erp import issuing
from nova_local.erp.builder import SEED
from nova_local.erp.corrections import CANCEL, YEAR
from nova_local.erp.scales import DEFAULT_SIZE, LAST_DAY, scale_of
from nova_local.erp.simulation import live
from nova_local.erp.state import State, first_state
from nova_local.erp.today import Ledger, Today
from nova_local.erp.world import EPOCH, World, make_world

ItemDay = tuple[str, date]
Pair = tuple[str, str]


@dataclass
class Diary:
    """What happened, day by day.

    Attributes:
        issued: what left the shelves, by item and day; quantities in the item's unit.
        wanted: what was wanted, by item and day, whether it was there or not.
        wanted_lines: in how many lines, by item, place and day.
        stock: what lay on the shelves in the evening, with what was lost and not yet noticed, by item, place and day.
        misdated: items and days with an issue that the ERP shows on another day, or shows though it was none.
        misplaced: items and places with such an issue, whose stock is therefore wrong for some days.
    """

    issued: dict[ItemDay, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    wanted: dict[ItemDay, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    wanted_lines: dict[tuple[str, str, date], int] = field(default_factory=lambda: defaultdict(int))
    stock: dict[tuple[str, str, date], Decimal] = field(default_factory=dict)
    misdated: set[ItemDay] = field(default_factory=set)
    misplaced: set[Pair] = field(default_factory=set)


def write_diary(size: str = DEFAULT_SIZE, seed: int = SEED, last_day: date = LAST_DAY) -> Diary:
    """Live through the company's days up to `last_day`."""
    world, diary = make_world(scale_of(size), seed), Diary()
    state = first_state(world)
    with pytest.MonkeyPatch.context() as patch:
        for name, note in (("serve", note_wanted), ("enter", note_issued), ("write_issues", note_mistakes)):
            patch.setattr(issuing, name, noting(diary, note, getattr(issuing, name)))
        for _ in range((last_day - scale_of(size).first_day).days + 1):
            live(world, state, Ledger())
            note_stock(diary, world, state)
    note_unmended(diary, world, state)
    return diary


def noting(diary: Diary, note: Any, act: Any) -> Any:
    """The simulation's own function, noted before it acts."""

    def noted(today: Today, rows: Mapping[str, np.ndarray], *more: Any) -> Any:
        note(diary, today, rows, *more)
        return act(today, rows, *more)

    return noted


def note_wanted(diary: Diary, today: Today, wanted: Mapping[str, np.ndarray]) -> None:
    items, places, day = today.world.items, today.world.places, day_of(today.number)
    for item, location, quantity in zip(wanted["item"], wanted["location"], wanted["quantity"], strict=True):
        diary.wanted[items.code[item], day] += units(quantity)
        diary.wanted_lines[items.code[item], places.code[location], day] += 1


def note_issued(diary: Diary, today: Today, issued: Mapping[str, np.ndarray]) -> None:
    for item, quantity in zip(issued["item"], issued["quantity"], strict=True):
        diary.issued[today.world.items.code[item], day_of(today.number)] += units(quantity)


def note_mistakes(diary: Diary, today: Today, rows: Mapping[str, np.ndarray], mistakes: np.ndarray) -> None:
    """A mistyped year may stay, and what was cancelled was on no shelf until somebody said so."""
    note_as_wrong(diary, today.world, {name: rows[name][np.isin(mistakes, (YEAR, CANCEL))] for name in rows})


def note_unmended(diary: Diary, world: World, state: State) -> None:
    """What is still to be entered or corrected after the last day."""
    for queue in ("late_issues", "corrections"):
        note_as_wrong(diary, world, state.queues[queue])


def note_as_wrong(diary: Diary, world: World, rows: Mapping[str, np.ndarray]) -> None:
    for item, location, day in zip(rows["item"], rows["location"], rows["day"], strict=True):
        diary.misdated.add((world.items.code[item], day_of(day)))
        diary.misplaced.add((world.items.code[item], world.places.code[location]))


def note_stock(diary: Diary, world: World, state: State) -> None:
    there = state.shelf + state.lost
    for item in range(len(world.items)):
        for location in range(world.locations):
            key = (world.items.code[item], world.places.code[location], day_of(state.day))
            diary.stock[key] = units(there[item, location])


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def units(hundredths: int) -> Decimal:
    return Decimal(int(hundredths)) / 100


def clean(found: Mapping[ItemDay, Decimal], wrong: Set[ItemDay]) -> dict[ItemDay, Decimal]:
    """The items and days that no mistake touched."""
    return {key: quantity for key, quantity in found.items() if key not in wrong and quantity}
