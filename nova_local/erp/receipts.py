"""What suppliers bring: receipts, the orders they fill, goods sent back, and invoices that are entered twice."""

from __future__ import annotations

import numpy as np

from nova_local.erp.frames import Frame, length, rank_in_group, take
from nova_local.erp.movements import NOWHERE
from nova_local.erp.orders import ARRIVAL, CLOSE, DELETE, touch_stocked
from nova_local.erp.today import Today, add
from nova_local.erp.world import next_weekday

SENT_BACK = 0.015
TWICE, TWICE_NOTICED = 0.01, 0.3
WITHOUT_ORDER, WITHOUT_DATE, WRONG_YEAR = 0.02, 0.003, 0.001
NORMAL, RETURNED = 0, 1


def receive(today: Today) -> None:
    """Enter what is due today and bring the orders up to date."""
    due = today.pop_due("deliveries")
    arrived, closed = take(due, due["kind"] == ARRIVAL), take(due, due["kind"] != ARRIVAL)
    written = write(today, arrived)
    put_away(today, take(arrived, arrived["location"] >= 0), 1)
    change_orders(today, arrived)
    change_orders(today, closed)
    touch_stocked(today, closed)
    today.mend("deleted_orders", int((closed["kind"] == DELETE).sum()))
    today.mend("orders_closed_short", int((closed["kind"] == CLOSE).sum()))
    send_back(today, written)
    enter_twice(today, written)


def write(today: Today, arrived: Frame) -> Frame:
    """One invoice per order and day."""
    count = length(arrived)
    group, line = rank_in_group(arrived["number"])
    invoices = today.next_numbers("invoice", int(group.max(initial=-1)) + 1)
    fate = today.rng.random(count)
    blank, wrong = fate < WITHOUT_DATE, (fate >= WITHOUT_DATE) & (fate < WITHOUT_DATE + WRONG_YEAR)
    unlinked = today.chance(count, WITHOUT_ORDER)
    today.plant("blank_receipt_date", int(blank.sum()))
    today.plant("wrong_year_receipt", int(wrong.sum()))
    today.plant("receipts_without_order", int(unlinked.sum()))
    return today.insert(
        "sd1010",
        {
            "item": arrived["item"],
            "location": arrived["location"],
            "supplier": arrived["supplier"],
            "quantity": arrived["quantity"],
            "price": arrived["price"],
            "order": np.where(unlinked, NOWHERE, arrived["number"]),
            "order_line": np.where(unlinked, NOWHERE, arrived["line"]),
            "invoice": invoices[group] if count else arrived["number"],
            "line": line + 1,
            "day": np.where(blank, NOWHERE, arrived["arrived"] - np.where(wrong, 3652, 0)),
            "entered": np.full(count, today.number),
            "kind": np.full(count, NORMAL),
        },
    )


def put_away(today: Today, rows: Frame, sign: int) -> None:
    """Onto the shelf or off it; what comes in moves the average cost and the last price of its item."""
    state = today.state
    if sign > 0:
        before = np.maximum(0, state.book.sum(axis=1)).astype(float)
        count = len(before)
        came = np.bincount(rows["item"], rows["quantity"], count)
        value = np.bincount(rows["item"], rows["quantity"] * rows["price"], count)
        changed = came > 0
        mixed = (before * state.average_cost + value)[changed] / (before + came)[changed]
        state.average_cost[changed] = np.round(mixed, 4)
        state.last_price[rows["item"]] = rows["price"]
        state.item_stamp[rows["item"]] = today.evening
        state.balance_stamp[changed] = today.evening
    today.touch(rows["item"], rows["location"])
    for stock in (state.shelf, state.book):
        add(stock, rows, rows["quantity"], sign)


def change_orders(today: Today, rows: Frame) -> None:
    today.change(
        "sc7010",
        {
            "recno": rows["recno"],
            "received": rows["received"],
            "done": rows["done"],
            "residue": (rows["kind"] == CLOSE).astype(np.int64),
            "deleted": (rows["kind"] == DELETE).astype(np.int64),
        },
    )


def send_back(today: Today, written: Frame) -> None:
    """Part of a delivery is defective and leaves at once, with a line of its own that names the same order."""
    step = today.world.items.step[written["item"]]
    share = today.rng.uniform(0.1, 0.5, length(written))
    bad = (written["quantity"] * share).astype(np.int64) // step * step
    chosen = today.chance(length(written), SENT_BACK) & (bad > 0) & (written["location"] >= 0)
    rows = take({**written, "quantity": bad, "kind": np.full(length(written), RETURNED)}, chosen)
    rows["invoice"] = today.next_numbers("invoice", length(rows))
    rows["line"] = np.ones(length(rows), np.int64)
    rows["day"] = rows["entered"]
    today.insert("sd1010", rows)
    put_away(today, rows, -1)


def enter_twice(today: Today, written: Frame) -> None:
    """The same line again under another R_E_C_N_O_; the balance knows only one. Some are deleted later."""
    copies = today.insert("sd1010", take(written, today.chance(length(written), TWICE)))
    today.plant("duplicated_receipts", length(copies))
    noticed = today.chance(length(copies), TWICE_NOTICED)
    due = next_weekday(today.days_ahead(int(noticed.sum()), 2, 15))
    today.push("duplicates", {"due": due, "recno": copies["recno"][noticed]})


def delete_duplicates(today: Today) -> None:
    due = today.pop_due("duplicates")
    today.change("sd1010", {"recno": due["recno"], "deleted": np.ones(length(due), np.int64)})
    today.mend("duplicated_receipts", length(due))
