"""What towers and teams want on a day: repairs after failures, visits by the calendar, what teams use up."""

from __future__ import annotations

import numpy as np

from nova_local.erp.frames import Frame, concat, take
from nova_local.erp.items import rounded
from nova_local.erp.today import Today

LINES_OF_A_FAILURE = 2.5


def wanted_lines(today: Today, weather: np.ndarray) -> Frame:
    """Lines `item, place, location, quantity, work_order`; an item that does not live today is not wanted.

    `weather` is the factor of the failure rate by region.
    """
    lines = [failures(today, weather)]
    if today.is_business:
        lines += [visits(today), team_use(today)]
    wanted = concat(lines)
    items, places = today.world.items, today.world.places
    wanted["location"] = places.region[wanted["place"]]
    wanted["quantity"] = draw_quantities(today, wanted["item"])
    alive = (items.first[wanted["item"]] <= today.age) & (today.age <= items.last[wanted["item"]])
    return take(wanted, alive)


def failures(today: Today, weather: np.ndarray) -> Frame:
    """Each failure of a tower is one work order that needs one line and then some."""
    world, rng = today.world, today.rng
    places, rates = world.places, np.cumsum(world.items.failure_lines)
    regions = places.region[places.first_tower :] - 1
    expected = rates[-1] / LINES_OF_A_FAILURE / places.towers * places.exposure * weather[regions]
    towers = np.repeat(np.arange(places.towers), rng.poisson(expected))
    orders = today.next_numbers("work_order", len(towers))
    lines = 1 + rng.poisson(LINES_OF_A_FAILURE - 1, len(towers))
    count = int(lines.sum())
    return {
        "item": np.searchsorted(rates, rng.random(count) * rates[-1], side="right").clip(max=len(rates) - 1),
        "place": np.repeat(places.first_tower + towers, lines),
        "work_order": np.repeat(orders, lines),
    }


def visits(today: Today) -> Frame:
    """The preventive calendar: every tower has its period and phase in business days."""
    world, places = today.world, today.world.places
    elapsed = world.business_day(today.number)
    towers = np.flatnonzero((elapsed + places.visit_phase) % places.visit_period == 0)
    orders = today.next_numbers("work_order", len(towers))
    kit = np.flatnonzero(world.items.visit_chance)
    used = today.rng.random((len(towers), len(kit))) < world.items.visit_chance[kit]
    visit, part = np.nonzero(used)
    return {"item": kit[part], "place": places.first_tower + towers[visit], "work_order": orders[visit]}


def team_use(today: Today) -> Frame:
    """Consumables and protection, on no work order."""
    world, rng = today.world, today.rng
    items = np.repeat(np.arange(len(world.items)), rng.poisson(world.items.team_lines))
    teams = rng.integers(0, world.places.teams, len(items))
    return {"item": items, "place": world.places.first_team + teams, "work_order": np.full(len(items), -1)}


def service_calls(today: Today) -> Frame:
    """Services that towers ask for: they are bought, never stocked."""
    world, rng = today.world, today.rng
    items = np.repeat(np.arange(len(world.items)), rng.poisson(world.items.service_lines))
    towers = world.places.first_tower + rng.integers(0, world.places.towers, len(items))
    return {"item": items, "place": towers, "quantity": draw_quantities(today, items)}


def draw_quantities(today: Today, items: np.ndarray) -> np.ndarray:
    """Hundredths of the unit, in whole steps of the item."""
    world = today.world.items
    sizes = np.exp(world.size_log_mean[items] + world.size_log_sigma[items] * today.rng.standard_normal(len(items)))
    return rounded(sizes, world.step[items])
