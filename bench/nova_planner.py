"""Nova as the planner of a demo company: the product's own functions, from the company's books to what is asked for.

Each Monday the always-on models forecast, the ensemble is chosen on past origins, suppliers' lead times and the demand
over them are estimated, and policies are made; each day the policies meet the books. Every step is a function of the
product; what is written here hands frames from one to the next, and feeds the regional warehouses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from erp_books import ErpBooks
from reforecast import Said, choose, say

from nova_assets.forecasting.catalogue import CATALOGUE, MadeIn
from nova_assets.forecasting.lead_time.demand import Protection, SummedDemand
from nova_assets.forecasting.lead_time.durations import Durations, durations_for, spread_over
from nova_assets.forecasting.lead_time.sources import sources_of
from nova_assets.forecasting.lead_time.suppliers import estimate
from nova_assets.forecasting.lead_time.waits import Waits
from nova_assets.forecasting.models import MODELS
from nova_assets.forecasting.parameters import SUMMED_WEEKS, VALIDATION_ORIGINS, VALIDATION_WEEKS
from nova_assets.planning.demand import ProtectionDemand
from nova_assets.planning.parameters import Parameters
from nova_assets.planning.policy.ordering import order_quantities
from nova_assets.planning.policy.places import Places, place_policy
from nova_assets.planning.policy.policies import Items, Policy, policies
from nova_assets.quantiles import Floats
from nova_local.erp.company import Company
from nova_local.erp.frames import Frame
from nova_local.erp.planner import Books
from nova_local.erp.world import EPOCH, weekday

VISIT_DAYS = 7
"""Days between two visits of the central warehouse to a regional one."""

ALWAYS = tuple(name for name, entry in CATALOGUE.items() if entry.made_in is MadeIn.EVERY_RUN)
PROFILE = ("weekly_mean", "weekly_sd", "request_size", "unit_cost", "minimum", "multiple")
NO_SITES = pd.DataFrame({"item_id": [], "site_id": [], "ds": pd.to_datetime([]), "y": []})


@dataclass
class Forecaster:
    """The weekly run of the forecasts.

    Attributes:
        models: their names.
        said: what they said on the origins by which they are judged.
    """

    models: tuple[str, ...] = ALWAYS
    said: dict[date, Said] = field(default_factory=dict)

    def summed(self, origin: date, demand: pd.DataFrame) -> tuple[pd.Index, SummedDemand]:
        """The served demand of the next weeks together, by the ensemble that the past origins speak for."""
        models = {name: MODELS[name] for name in self.models}
        judged = [origin - timedelta(weeks=VALIDATION_WEEKS * number) for number in range(VALIDATION_ORIGINS + 1)]
        for at in judged:
            if at not in self.said:
                self.said[at] = say(at, demand, models, tuple(SUMMED_WEEKS))
        now, *past = (self.said[at] for at in judged)
        return now.history.items, now.combined(choose(demand, past, now, models))


@dataclass(frozen=True)
class Known:
    """What a week is planned from.

    Attributes:
        item: numbers of the items, a row each of what follows.
        items: as the policies look at them.
        until_visit: demand until a regional warehouse is visited again.
        share: part of each location in what left stock for work in the latest year, (items, locations).
    """

    item: np.ndarray
    items: Items
    until_visit: ProtectionDemand
    share: Floats

    @classmethod
    def on(cls, origin: date, company: Company, forecaster: Forecaster, review_days: int) -> Known:
        """What the books of a company tell on a Monday morning."""
        books = ErpBooks(company, origin)
        issues, lines = books.issues(), books.purchase_lines()
        demand = books.weekly_demand(issues)
        ids, summed = forecaster.summed(origin, demand)
        waits = Waits.known_on(origin, lines)
        sources = sources_of(ids, waits.suppliers, lines, origin)
        durations = spread_over(durations_for(summed.weeks, review_days), estimate(waits).suppliers, sources.shares)
        found = Protection(durations, review_days).demand(summed)
        at_once = Durations(np.zeros(1), np.ones((len(ids), 1)), np.ones((len(ids), 1)))
        week = Protection(at_once, VISIT_DAYS).demand(summed)
        profile = books.profile(demand, issues, lines)
        row = ids.get_indexer(profile.index)
        return cls(
            item=profile["number"].to_numpy(np.int64),
            items=Items(
                demand=ProtectionDemand(found.mean[row], found.quantiles[row]),
                protection_days=durations.mean_days[row] + review_days,
                **{name: profile[name].to_numpy(np.float64) for name in PROFILE},
                **{name: profile[name].to_numpy(object) for name in ("criticality", "abc_class")},
            ),
            until_visit=ProtectionDemand(week.mean[row], week.quantiles[row]),
            share=books.shares(issues).reindex(profile["number"]).to_numpy(),
        )


@dataclass(frozen=True)
class Plan:
    """What a week is decided by; quantities in the item's unit.

    Attributes:
        item: numbers of the items, a row each of `bought`.
        bought: when to order an item, all its places together, and how much.
        place_item: numbers of the items that places buy for themselves, a row each of `own`.
        place: their locations.
        own: when such a place orders, and how much.
        level: what a regional warehouse should have after a visit, (all items, locations).
    """

    item: np.ndarray
    bought: Policy
    place_item: np.ndarray
    place: np.ndarray
    own: Policy
    level: Floats

    @classmethod
    def of(cls, known: Known, parameters: Parameters, is_bought: np.ndarray, visit_service: float) -> Plan:
        """By the product's policies.

        Args:
            is_bought: where items are bought, (all items, locations).
            visit_service: share of the weeks with demand whose demand a regional warehouse is to serve from its shelf.
        """
        items, policy = known.items, policies(known.items, parameters).planned
        row, place = np.nonzero(known.share)
        places = Places(row, known.share[row, place])
        own = is_bought[known.item[row], place] & (place > 0)
        week = known.until_visit
        level = 1.0 - (1.0 - visit_service) * week.exceedance(np.zeros(len(week)))
        stock = Policy(level, week.mean, week.quantile(level), np.zeros(len(week)))
        held = place_policy(stock, places, week.variance, items.request_size)
        levels = np.zeros(is_bought.shape)
        levels[known.item[row], place] = held.reorder_point
        return cls(
            item=known.item,
            bought=policy,
            place_item=known.item[row[own]],
            place=place[own],
            own=place_policy(policy, Places(row[own], places.share[own]), items.demand.variance, items.request_size),
            level=levels,
        )


@dataclass
class Nova:
    """Plans each Monday what the week is decided by.

    Attributes:
        company: whose books it reads.
        parameters: what the company decides about its stock.
        review_days: days between two looks at an item.
        visit_service: see `Plan.of`.
    """

    company: Company
    parameters: Parameters
    review_days: int = 7
    visit_service: float = 0.98
    forecaster: Forecaster = field(default_factory=Forecaster)
    plan: Plan | None = None

    def before(self, number: int) -> None:
        """The work of the night before a day: a new plan for a new week, or for the first day of all."""
        if self.plan is None or weekday(number) == 0:
            origin = EPOCH + timedelta(days=number - weekday(number))
            known = Known.on(origin, self.company, self.forecaster, self.review_days)
            self.plan = Plan.of(known, self.parameters, self.company.world.buys, self.visit_service)

    def request(self, books: Books) -> Frame:
        """Central stock by the position of all places together, since it feeds them; places that buy by their own."""
        plan = self.required
        position = (books.on_hand + books.coming - books.owed) / 100
        everywhere = self.lots(books, plan.item, plan.bought, position.sum(axis=1)[plan.item])
        everywhere = np.where(books.is_bought[plan.item, 0], everywhere, 0)
        own = self.lots(books, plan.place_item, plan.own, position[plan.place_item, plan.place])
        central, places = everywhere > 0, own > 0
        return {
            "item": np.concatenate([plan.item[central], plan.place_item[places]]),
            "location": np.concatenate([np.zeros(central.sum(), np.int64), plan.place[places]]),
            "quantity": np.concatenate([everywhere[central], own[places]]),
        }

    def lots(self, books: Books, item: np.ndarray, policy: Policy, position: Floats) -> np.ndarray:
        """What the product would order of the items that are looked at today, hundredths."""
        minimum, multiple = books.min_order[item] / 100, books.multiple[item] / 100
        wanted = order_quantities(position, policy.reorder_point, policy.order_up_to, minimum, multiple)
        return np.where(books.is_reviewed[item], np.rint(wanted * 100).astype(np.int64), 0)

    def send(self, books: Books) -> Frame:
        """Up to its level what is visited; where there is not enough for all places, each gets the same part of it."""
        step = books.step[:, None]
        level = np.where(books.is_fed, np.ceil(self.required.level * 100 / step) * step, 0)
        position = np.where(books.is_fed, books.on_hand - books.owed, 0)
        there = np.maximum(books.on_hand[:, 0] + position.sum(axis=1), 0)
        part = np.minimum(1.0, there / np.maximum(level.sum(axis=1), 1))
        target = np.floor(level * part[:, None] / step) * step
        wanted = np.maximum(target - position, 0).astype(np.int64)
        item, location = np.nonzero(books.is_fed & books.is_visited[None, :] & (wanted > 0))
        return {"item": item, "location": location, "quantity": wanted[item, location]}

    @property
    def required(self) -> Plan:
        if self.plan is None:
            raise LookupError("there is no plan yet: `before` makes it on the night before the first day")
        return self.plan
