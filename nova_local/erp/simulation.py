"""The order of a day. One call makes one day happen; the same state and seed always make the same day."""

from __future__ import annotations

from collections.abc import Callable

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
from nova_local.erp.frames import Frame
from nova_local.erp.planner import Limits, Planner
from nova_local.erp.state import State
from nova_local.erp.today import Ledger, Streams, Today, one_stream
from nova_local.erp.world import World


def live(
    world: World,
    state: State,
    ledger: Ledger,
    planner: Planner | None = None,
    streams: Callable[[int, int], Streams] = one_stream,
) -> Frame:
    """Let the day after `state.day` happen: `state` changes, and `ledger` gets the rows.

    `planner` decides what is asked for and sent; without one, the naive rule. Companies that are to be compared live
    by `stream_each`. Returns what was wanted: lines `item, place, location, quantity, work_order` with what was `given`
    on the day.
    """
    number = state.day + 1
    draws = streams(world.seed, number)
    today = Today(world, state, ledger, draws, draws("opening"), number)
    planner = planner or Limits(state.minimum, state.maximum)
    if today.age == 0:
        rules.open_company(today)
    if today.age == rules.WARM_UP:
        rules.set_from_averages(today)
    factor = weather.blow(today.drawing("weather"))
    if today.is_business:
        open_office(today, planner)
    lines = issuing.serve(today.drawing("issues"), demand.wanted_lines(today.drawing("demand"), factor))
    warehouses.lose(today.drawing("losses"))
    if today.is_business:
        close_office(today, planner)
    masters.maintain(today.drawing("registers"))
    state.day = number
    return lines


def open_office(today: Today, planner: Planner) -> None:
    """The morning: goods come in, yesterday's papers are entered, and regional shelves are filled."""
    arriving = today.drawing("arrivals")
    receipts.delete_duplicates(arriving)
    receipts.receive(arriving)
    entering = today.drawing("papers")
    issuing.returns(entering)
    corrections.correct(entering)
    issuing.late_issues(entering)
    warehouses.feed(today.drawing("feeding"), planner)


def close_office(today: Today, planner: Planner) -> None:
    """The afternoon: counting and buying."""
    warehouses.count(today.drawing("counts"))
    buying = today.drawing("buying")
    requisitions.regularise(buying)
    requisitions.review(buying, planner)
    orders.order(today.drawing("orders"))
