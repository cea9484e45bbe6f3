"""What happens days later to rows that were entered wrong."""

from __future__ import annotations

import numpy as np

from nova_local.erp import movements
from nova_local.erp.frames import Frame, length, take
from nova_local.erp.movements import ISSUE, RETURN, cost_of
from nova_local.erp.today import Today, add

# Wrong site, deleted and entered anew · wrong site, reversed and entered anew · wrong quantity, changed in place ·
# wrong year, changed in place · nothing was taken after all, deleted
DELETE, REVERSE, QUANTITY, YEAR, CANCEL = range(5)


def correct(today: Today) -> None:
    """Apply the corrections that are due; the balance follows where the quantity changes."""
    due = today.pop_due("corrections")
    by_kind = {kind: take(due, due["kind"] == kind) for kind in (DELETE, REVERSE, QUANTITY, YEAR, CANCEL)}
    change(today, by_kind[DELETE], deleted=True)
    change(today, by_kind[REVERSE], is_reversed=True)
    backed_out = by_kind[REVERSE]
    mark = np.ones(length(backed_out), np.int64)
    movements.write(today, RETURN, {**backed_out, "place": backed_out["typed_place"], "reversed": mark})
    for kind in (DELETE, REVERSE):
        movements.write(today, ISSUE, by_kind[kind])
    retype_quantity(today, by_kind[QUANTITY])
    change(today, by_kind[YEAR])
    change(today, by_kind[CANCEL], deleted=True)
    for stock in (today.state.shelf, today.state.book):
        add(stock, by_kind[CANCEL], by_kind[CANCEL]["quantity"])
    for kind, name in (
        (DELETE, "wrong_site_deleted"),
        (REVERSE, "wrong_site_reversed"),
        (QUANTITY, "wrong_quantity"),
        (YEAR, "wrong_year_movement"),
        (CANCEL, "cancelled_movements"),
    ):
        today.mend(name, length(by_kind[kind]))


def retype_quantity(today: Today, rows: Frame) -> None:
    change(today, {**rows, "entered": rows["quantity"], "cost": cost_of(today, rows["item"], rows["quantity"])})
    add(today.state.book, rows, rows["quantity"] - rows["entered"], -1)


def change(today: Today, rows: Frame, *, deleted: bool = False, is_reversed: bool = False) -> None:
    """Rewrite everything of the movements that people may change, with the true date."""
    count = length(rows)
    today.touch(rows["item"], rows["location"])
    today.change(
        "sd3010",
        {
            "recno": rows["recno"],
            "quantity": rows["entered"],
            "cost": rows["cost"],
            "day": rows["day"],
            "reversed": np.full(count, int(is_reversed)),
            "deleted": np.full(count, int(deleted)),
        },
    )
