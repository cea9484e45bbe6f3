"""The order of a day. One call makes one day happen; the same state and seed always make the same day."""

from __future__ import annotations

import numpy as np

from nova_local.erp import (
    corrections,
    demand,
    issuing,
    masters,
    orders,
    receipts,
    requisitions,
    rules,
    warehouses,
    weather,
)
from nova_local.erp.state import State
from nova_local.erp.today import Ledger, Today
from nova_local.erp.world import World


def live(world: World, state: State, ledger: Ledger) -> None:
    """Let the day after `state.day` happen: `state` changes, and `ledger` gets the rows."""
    number = state.day + 1
    today = Today(world, state, ledger, np.random.default_rng([world.seed, number]), number)
    if today.age == 0:
        rules.open_company(today)
    if today.age == rules.WARM_UP:
        rules.set_from_averages(today)
    factor = weather.blow(today)
    if today.is_business:
        open_office(today)
    issuing.serve(today, demand.wanted_lines(today, factor))
    warehouses.lose(today)
    if today.is_business:
        close_office(today)
    masters.maintain(today)
    state.day = number


def open_office(today: Today) -> None:
    """The morning: goods come in, yesterday's papers are entered, and regional shelves are filled."""
    receipts.delete_duplicates(today)
    receipts.receive(today)
    issuing.returns(today)
    corrections.correct(today)
    issuing.late_issues(today)
    warehouses.feed(today)


def close_office(today: Today) -> None:
    """The afternoon: counting and buying."""
    warehouses.count(today)
    requisitions.regularise(today)
    requisitions.review(today)
    orders.order(today)
