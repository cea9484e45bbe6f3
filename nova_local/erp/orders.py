"""Buying what was asked for: orders, their promises, and when what they bring will really come."""

from __future__ import annotations

import numpy as np

from nova_local.erp.frames import Frame, concat, length, rank_in_group, take
from nova_local.erp.movements import NOWHERE
from nova_local.erp.today import Today
from nova_local.erp.world import next_weekday

DELETED = 0.01
CLOSED_EMPTY = 0.015  # the supplier never delivers and the buyer closes the order
IN_TWO_PARTS = 0.18
CLOSED_SHORT = 0.08  # of those in two parts: the second never comes
WITHOUT_PROMISE, WRONG_YEAR = 0.02, 0.001
WRONG_PRICE = 0.008  # a decimal point too far to the left or to the right; the supplier bills the true price
ARRIVAL, CLOSE, DELETE = range(3)


def order(today: Today) -> None:
    """Turn the requisitions that are due into orders, one per supplier; a cancelled one is deleted instead."""
    due = today.pop_due("requisitions")
    is_cancelled = due["cancelled"] > 0
    cancelled, lines = take(due, is_cancelled), take(due, ~is_cancelled)
    nothing = np.zeros(length(cancelled), np.int64)
    change_requisitions(today, cancelled, nothing, nothing, nothing, deleted=True)
    today.mend("deleted_requisitions", length(cancelled))
    written = write(today, lines)
    asked = lines["recno"] >= 0
    change_requisitions(
        today,
        take(lines, asked),
        written["number"][asked],
        written["line"][asked],
        lines["quantity"][asked],
    )
    unasked = take({**lines, "order": written["number"], "order_line": written["line"]}, ~asked)
    count = length(unasked)
    due_days = next_weekday(today.days_ahead(count, 2, 30))
    today.push("regularisations", {**unasked, "due": due_days, "day": np.full(count, today.number)})
    plan_deliveries(today, {**lines, **{name: written[name] for name in ("recno", "number", "line", "price")}})


def write(today: Today, lines: Frame) -> Frame:
    suppliers, count = today.world.suppliers, length(lines)
    group, line = rank_in_group(lines["supplier"])
    numbers = today.next_numbers("order", int(group.max(initial=-1)) + 1)
    promised = today.number + suppliers.quoted_days[lines["supplier"]]
    fate = today.rng.random(count)
    blank, wrong = fate < WITHOUT_PROMISE, (fate >= WITHOUT_PROMISE) & (fate < WITHOUT_PROMISE + WRONG_YEAR)
    today.plant("blank_promise", int(blank.sum()))
    today.plant("wrong_year_promise", int(wrong.sum()))
    touch_stocked(today, lines)
    right = prices(today, lines)
    high, low = fate >= 1 - WRONG_PRICE / 2, (fate >= 1 - WRONG_PRICE) & (fate < 1 - WRONG_PRICE / 2)
    typed = np.round(np.where(high, right * 10, np.where(low, np.maximum(0.01, right / 10), right)), 2)
    today.plant("wrong_price", int((high | low).sum()))
    written = today.insert(
        "sc7010",
        {
            **lines,
            "requisition": lines["number"],
            "requisition_line": lines["line"],
            "number": numbers[group] if count else lines["number"],
            "line": line + 1,
            "day": np.full(count, today.number),
            "promised": np.where(blank, NOWHERE, promised + np.where(wrong, 36_525, 0)),
            "price": typed,
        },
    )
    true = {**written, "true_price": right}
    today.keep("wrong_prices", take(true, high | low))
    return {**written, "price": right}


def prices(today: Today, lines: Frame) -> np.ndarray:
    """BRL per unit: the item's cost with its drift, the supplier's level, and some bargaining."""
    items, age = today.world.items, today.age / 365
    level = items.cost[lines["item"]] * (1 + items.drift[lines["item"]]) ** age
    bargain = today.rng.lognormal(0, 0.03, length(lines))
    return np.maximum(0.01, np.round(level * today.world.suppliers.price_factor[lines["supplier"]] * bargain, 2))


def change_requisitions(
    today: Today, rows: Frame, order: np.ndarray, line: np.ndarray, ordered: np.ndarray, *, deleted: bool = False
) -> None:
    today.change(
        "sc1010",
        {
            "recno": rows["recno"],
            "item": rows["item"],
            "location": rows["location"],
            "order": order,
            "order_line": line,
            "ordered": ordered,
            "deleted": np.full(length(rows), int(deleted)),
        },
    )


def plan_deliveries(today: Today, lines: Frame) -> None:
    """Decide what will become of each order line: one or two deliveries, or none."""
    suppliers, items, count = today.world.suppliers, today.world.items, length(lines)
    draw = today.rng.standard_normal(count)
    supplier = lines["supplier"]
    days = np.exp(suppliers.log_mean[supplier] + suppliers.log_sigma[supplier] * draw)
    arrived = today.number + np.maximum(1, np.rint(days)).astype(np.int64)
    step, ordered = items.step[lines["item"]], lines["quantity"]
    part = np.maximum(step, (ordered * today.rng.uniform(0.3, 0.8, count)).astype(np.int64) // step * step)
    fate = today.rng.random(count)
    deleted, empty = fate < DELETED, (fate >= DELETED) & (fate < DELETED + CLOSED_EMPTY)
    delivered = ~(deleted | empty)
    split = delivered & today.chance(count, IN_TWO_PARTS) & (part < ordered)
    short = split & today.chance(count, CLOSED_SHORT)
    due = next_weekday(arrived + today.rng.choice([0, 0, 0, 1, 2], count))
    gap = today.rng.integers(6, 26, count)
    end = {**lines, "received": ordered, "done": np.ones(count, np.int64)}
    first = np.where(split, part, ordered)
    nothing = np.zeros(count, np.int64)
    second = next_weekday(due + gap)
    plans = [
        arrival(
            take(
                {
                    **end,
                    "received": first,
                    "quantity": first,
                    "due": due,
                    "arrived": arrived,
                    "done": (~split).astype(np.int64),
                },
                delivered,
            )
        ),
        arrival(take({**end, "quantity": ordered - part, "due": second, "arrived": second}, split & ~short)),
        ended(CLOSE, take({**end, "received": part, "quantity": ordered - part, "due": second + 30}, short)),
        ended(CLOSE, take({**end, "received": nothing, "due": next_weekday(due + 30)}, empty)),
        ended(DELETE, take({**end, "received": nothing, "due": next_weekday(today.days_ahead(count, 1, 5))}, deleted)),
    ]
    today.push("deliveries", concat(plans))
    today.plant("deleted_orders", int(deleted.sum()))
    today.plant("orders_closed_short", int(short.sum() + empty.sum()))


def arrival(rows: Frame) -> Frame:
    return {**rows, "kind": np.full(length(rows), ARRIVAL)}


def ended(kind: int, rows: Frame) -> Frame:
    """What is left of an order is not expected any more."""
    count = length(rows)
    return {**rows, "kind": np.full(count, kind), "arrived": np.full(count, NOWHERE)}


def touch_stocked(today: Today, rows: Frame) -> None:
    stocked = rows["location"] >= 0
    today.touch(rows["item"][stocked], rows["location"][stocked])
