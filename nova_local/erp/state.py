"""What the company is at the end of a day: everything that the next day needs besides the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from io import BytesIO

import numpy as np

from nova_local.erp.frames import Frame
from nova_local.erp.world import World

WHOLE, DECIMAL = np.int64, np.float64

# What waits for a later day: the columns of each queue.
QUEUES: Mapping[str, tuple[str, ...]] = {
    "backorders": ("item", "place", "location", "quantity", "work_order", "day", "recno", "wanted"),
    "late_issues": ("due", "item", "place", "location", "quantity", "work_order", "day"),
    "corrections": (
        *("due", "kind", "recno", "item", "place", "typed_place", "location", "entered", "quantity", "work_order"),
        *("day", "cost"),
    ),
    "returns": ("due", "item", "place", "location", "quantity", "work_order"),
    "requisitions": (
        *("due", "recno", "number", "line", "item", "place", "location", "quantity", "supplier", "cancelled"),
    ),
    "regularisations": ("due", "item", "location", "quantity", "order", "order_line", "day"),
    "deliveries": (
        *("due", "kind", "arrived", "recno", "number", "line", "item", "place", "location", "supplier", "quantity"),
        *("received", "done", "price"),
    ),
    "duplicates": ("due", "recno"),
}
COUNTERS = (
    *("sd3010", "sc1010", "sc7010", "sd1010", "unmet", "weather"),
    *("sequence", "document", "invoice", "requisition", "order", "work_order"),
)
DIRT = (
    *("late_movements", "wrong_site_deleted", "wrong_site_reversed", "wrong_quantity", "wrong_year_movement"),
    *("cancelled_movements", "unit_spelling", "blank_site", "duplicated_receipts", "receipts_without_order"),
    *("blank_receipt_date", "wrong_year_receipt", "blank_promise", "wrong_year_promise", "blank_needed_on"),
    *("after_the_fact_requisitions", "deleted_requisitions", "deleted_orders", "orders_closed_short", "wrong_price"),
)


@dataclass
class State:
    """Changes from day to day. `shelf` is what is really there, `book` what the ERP says, `lost` what nobody has
    noticed yet, all (items, locations) in hundredths; `early` the issues of the first weeks, from which `minimum` and
    `maximum` are set once. `wet` is the weather of each region (standard normal). `dirt` counts rows planted and
    mended by kind. `*_stamp` are seconds from 1970 of a row's last change."""

    day: int
    shelf: np.ndarray
    book: np.ndarray
    lost: np.ndarray
    minimum: np.ndarray
    maximum: np.ndarray
    early: np.ndarray
    average_cost: np.ndarray
    standard_cost: np.ndarray
    last_price: np.ndarray
    planned_days: np.ndarray
    min_order: np.ndarray
    blocked: np.ndarray
    item_stamp: np.ndarray
    balance_stamp: np.ndarray
    wet: np.ndarray
    dirt: np.ndarray
    counters: dict[str, int]
    queues: dict[str, Frame]


def first_state(world: World) -> State:
    """The evening before the first day: nothing is there yet."""
    items, shape = len(world.items), (len(world.items), world.locations)
    return State(
        day=world.first_day - 1,
        shelf=np.zeros(shape, WHOLE),
        book=np.zeros(shape, WHOLE),
        lost=np.zeros(shape, WHOLE),
        minimum=np.zeros(shape, WHOLE),
        maximum=np.zeros(shape, WHOLE),
        early=np.zeros(shape, WHOLE),
        average_cost=world.items.cost.copy(),
        standard_cost=world.items.cost.copy(),
        last_price=np.zeros(items),
        planned_days=world.items.planned_days.copy(),
        min_order=world.items.min_order.copy(),
        blocked=np.zeros(items, bool),
        item_stamp=np.full(items, world.first_day * 86_400, WHOLE),
        balance_stamp=np.full(shape, world.first_day * 86_400, WHOLE),
        wet=np.zeros(world.scale.regionals),
        dirt=np.zeros((len(DIRT), 2), WHOLE),
        counters=dict.fromkeys(COUNTERS, 0),
        queues={name: empty_queue(name) for name in QUEUES},
    )


def waiting(state: State, queue: str) -> np.ndarray:
    """(items, locations): the quantities that wait in a queue at a warehouse; services wait at none."""
    rows, totals = state.queues[queue], np.zeros_like(state.book)
    stocked = rows["location"] >= 0
    np.add.at(totals, (rows["item"][stocked], rows["location"][stocked]), rows["quantity"][stocked])
    return totals


def empty_queue(name: str) -> Frame:
    return {column: np.empty(0, DECIMAL if column in ("price", "cost") else WHOLE) for column in QUEUES[name]}


def pack(state: State) -> bytes:
    """The state as bytes that `unpack` reads; no code can hide in them."""
    plain = {field.name: getattr(state, field.name) for field in fields(State)}
    counters, queues = plain.pop("counters"), plain.pop("queues")
    nested = {f"queues/{name}/{column}": queues[name][column] for name in QUEUES for column in QUEUES[name]}
    counted = {f"counters/{name}": counters[name] for name in COUNTERS}
    file = BytesIO()
    np.savez_compressed(file, allow_pickle=False, **plain, **counted, **nested)
    return file.getvalue()


def unpack(content: bytes) -> State:
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        plain = {name: arrays[name] for name in arrays.files if "/" not in name}
        return State(
            **{**plain, "day": int(plain["day"])},
            counters={name: int(arrays[f"counters/{name}"]) for name in COUNTERS},
            queues={
                name: {column: arrays[f"queues/{name}/{column}"] for column in columns}
                for name, columns in QUEUES.items()
            },
        )
