"""Asking for material: the weekly look at every item, and the calls for services."""

from __future__ import annotations

import numpy as np

from nova_local.erp.demand import service_calls
from nova_local.erp.frames import Frame, concat, length, rank_in_group, take
from nova_local.erp.items import BUYING_DAYS
from nova_local.erp.movements import NOWHERE
from nova_local.erp.planner import Books, Planner
from nova_local.erp.today import Today
from nova_local.erp.world import next_weekday

BUYING_SPREAD = 0.8  # sigma of the logarithm of the days from requisition to order
SECOND_SUPPLIER = 0.2
AFTER_THE_FACT = 0.03  # bought first, asked for afterwards
DELETED = 0.01
WITHOUT_NEED = 0.1  # requisitions that do not say when the material is needed


def review(today: Today, planner: Planner) -> None:
    """Ask for what the planner wants, and for services."""
    lines = concat([planned(today, planner), service_requests(today.drawing("services"))])
    count = length(lines)
    second = today.chance(count, SECOND_SUPPLIER)
    items = today.world.items
    suppliers = np.where(second, items.second_supplier[lines["item"]], items.supplier[lines["item"]])
    is_stocked = lines["location"] >= 0
    after = today.chance(count, AFTER_THE_FACT) & is_stocked
    waits = np.rint(BUYING_DAYS * today.rng.lognormal(0, BUYING_SPREAD, count)).astype(np.int64)
    lines = {
        **lines,
        "supplier": suppliers,
        "due": np.where(after, today.number, next_weekday(today.number + waits)),
        "cancelled": (today.chance(count, DELETED) & ~after).astype(np.int64),
        "recno": np.full(count, NOWHERE),
        "number": np.full(count, NOWHERE),
        "line": np.full(count, NOWHERE),
    }
    today.push("requisitions", take(lines, after))
    written = write(today, take(lines, ~after), {})
    today.push("requisitions", written)
    today.plant("deleted_requisitions", int(written["cancelled"].sum()))


def planned(today: Today, planner: Planner) -> Frame:
    """Raises `ValueError` where the planner asks for an item at a place that does not buy it, or for nothing of it."""
    lines = planner.request(Books.of(today))
    item, location, quantity = lines["item"], lines["location"], lines["quantity"]
    if not (today.world.buys[item, location].all() and (quantity > 0).all()):
        raise ValueError("a planner may ask for quantities above zero alone, at places that buy the item")
    return {"item": item, "location": location, "place": location, "quantity": quantity}


def service_requests(today: Today) -> Frame:
    calls = service_calls(today)
    return {**calls, "location": np.full(length(calls), NOWHERE)}


def write(today: Today, lines: Frame, bought: Frame) -> Frame:
    """Write requisitions: one number for all lines of a warehouse, one for each service; returned with their numbers.

    `bought`: the order of those that are entered afterwards, as `order, order_line, ordered`.
    """
    count = length(lines)
    services = lines["location"] < 0
    group, line = rank_in_group(np.where(services, 1_000 + np.arange(count), lines["location"]))
    numbers = today.next_numbers("requisition", int(group.max(initial=-1)) + 1)
    blank = today.chance(count, WITHOUT_NEED)
    today.plant("blank_needed_on", int(blank.sum()))
    needed = today.number + today.state.planned_days[lines["item"]]
    nothing = np.zeros(count, np.int64)
    written = today.insert(
        "sc1010",
        {
            **{name: lines[name] for name in ("item", "place", "location", "quantity")},
            "number": numbers[group] if count else nothing,
            "line": line + 1,
            "day": np.full(count, today.number),
            "needed": np.where(blank, NOWHERE, needed),
            "order": bought.get("order", nothing),
            "order_line": bought.get("order_line", nothing),
            "ordered": bought.get("ordered", nothing),
        },
    )
    return {**lines, **written}


def regularise(today: Today) -> None:
    """Enter the requisitions of what was bought without one: their date is later than the order's."""
    due = today.pop_due("regularisations")
    lines = {**due, "place": due["location"]}
    write(today, lines, {"order": due["order"], "order_line": due["order_line"], "ordered": due["quantity"]})
    today.plant("after_the_fact_requisitions", length(due))
