"""The clean purchase lines of the demo: who asked for what, when, and when it was bought."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from nova_local.demo.world import Item, Site, Size, World

Cell = str | float | date

NOTHING = "N/A"
FIRST_REQUISITION = 40_001
LARGEST_REQUISITION = 12  # lines


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the purchasing sheet, as its cells: texts, numbers and dates."""

    site: Cell
    code: Cell
    name: str
    family: str
    supplier: str
    quantity: float
    unit: str
    needed_on: Cell
    requisition: Cell
    requested_on: Cell
    ordered_on: Cell


@dataclass(frozen=True, slots=True)
class Request:
    day: date
    site: Site
    item: Item
    quantity: float


def make_lines(world: World, size: Size, last_day: date, rng: random.Random) -> list[Line]:
    """All lines up to `last_day`, in the order of their requisitions.

    A line whose purchase would lie after `last_day` is still open: it has no supplier and no purchase date.
    """
    requests = sorted(make_requests(world, size, last_day, rng), key=lambda request: (request.day, request.site.number))
    lines = []
    requisition = FIRST_REQUISITION
    for (_, site), group in itertools.groupby(requests, key=lambda request: (request.day, request.site)):
        for position, request in enumerate(group):
            requisition += position % LARGEST_REQUISITION == 0
            lines.append(make_line(request, site, requisition, last_day, rng))
    return lines


def make_requests(world: World, size: Size, last_day: date, rng: random.Random) -> Iterator[Request]:
    """Each item, each week: asked for or not, by one site, or by two when it is a busy item."""
    monday = last_day - timedelta(days=last_day.weekday(), weeks=size.weeks - 1)
    weights = [site.weight for site in world.sites]
    site_days = [[rng.choice((0, 0, 1, 2, 3, 4)) for _ in range(size.weeks)] for _ in world.sites]
    for item in world.items:
        for week in range(item.first_week, item.last_week + 1):
            if rng.random() >= item.busy:
                continue
            askers = 2 if item.busy > 0.9 and rng.random() < 0.3 else 1
            for site in {site.number: site for site in rng.choices(world.sites, weights, k=askers)}.values():
                day = monday + timedelta(weeks=week, days=site_days[site.number - 1][week])
                if day <= last_day:
                    yield Request(day, site, item, quantity_of(item, day, rng))


def quantity_of(item: Item, day: date, rng: random.Random) -> float:
    """At least one whole piece, or hundredths where the unit is a measure of weight."""
    season = 1 + item.season * math.sin(2 * math.pi * day.timetuple().tm_yday / 365)
    drawn = item.typical * season * rng.lognormvariate(0, item.spread)
    if item.units == ("KG",):
        return max(0.42, round(drawn, 2))
    return float(max(1, round(drawn)))


def make_line(request: Request, site: Site, requisition: int, last_day: date, rng: random.Random) -> Line:
    item = request.item
    supplier = rng.choices(item.suppliers, [4.0**-rank for rank in range(len(item.suppliers))])[0]
    waited = timedelta(days=round(rng.lognormvariate(math.log(supplier.median_days), supplier.spread)))
    ordered_on = next_business_day(request.day + waited)
    is_open = ordered_on > last_day
    needed_on = request.day - timedelta(days=rng.choice((0, 1, 1, 1, 3, 7))) if rng.random() < 0.14 else NOTHING
    return Line(
        site=site.typed,
        code=item.code,
        name=item.name,
        family=item.family,
        supplier=NOTHING if is_open else supplier.name,
        quantity=request.quantity,
        unit=rng.choice(item.units),
        needed_on=needed_on,
        requisition=requisition,
        requested_on=request.day,
        ordered_on=NOTHING if is_open else ordered_on,
    )


def next_business_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
