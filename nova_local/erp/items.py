"""What the company uses: items with their true demand, costs and lot rules."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np

from nova_local.demo import names
from nova_local.demo.world import goods
from nova_local.erp.places import Places
from nova_local.erp.scales import Scale
from nova_local.erp.suppliers import Suppliers

MATERIAL, SERVICE, PROTECTION = "MC", "SV", "EP"
CONSUMABLE, ERRATIC, INTERMITTENT, LUMPY, SERVICES = "consumable", "erratic", "intermittent", "lumpy", "service"
PROTECTIVE_FAMILY, BULKY_FAMILY = "PROTEÇÃO INDIVIDUAL", "OBRA CIVIL"
SHORT_UNITS = {"PAR": "PR"}  # the ERP has two characters
SPELLINGS = {"UN": "UD", "M": "MT", "PC": "PÇ", "PR": "PA", "M2": "MQ", "KG": "kg"}
HALVES = ("M", "M2", "M3", "KG", "LT")  # units that are used by the half; all others whole
FOREVER = 10**6
UNGROUPED = 0.03  # items that nobody gave a group
BUYING_DAYS = 6.0  # median days from requisition to order


@dataclass(frozen=True)
class Items:
    """One entry per item. A line's quantity is log-normal (`size_log_mean`, `size_log_sigma`, in units), rounded to
    `step`, at least one step; its true mean and coefficient of variation after that are `size_mean`, `size_cv`.

    Lines come from failures of towers (`failure_lines` a day, in a year's average weather), from visits
    (`visit_chance` each) and from teams (`team_lines` a business day, all teams together); services are asked for
    `service_lines` times a business day. An item lives on days `first`..`last` after the company's first day.
    `min_order`, `multiple`, `step` are in hundredths of the unit, `cost` in BRL, `drift` the yearly price rise.
    """

    code: list[str]
    name: list[str]
    kind: list[str]
    category: list[str]
    unit: list[str]
    spelling: list[str]
    group: np.ndarray
    groups: list[str]
    criticality: list[str]
    size_log_mean: np.ndarray
    size_log_sigma: np.ndarray
    size_mean: np.ndarray
    size_cv: np.ndarray
    step: np.ndarray
    failure_lines: np.ndarray
    visit_chance: np.ndarray
    team_lines: np.ndarray
    service_lines: np.ndarray
    first: np.ndarray
    last: np.ndarray
    cost: np.ndarray
    drift: np.ndarray
    min_order: np.ndarray
    multiple: np.ndarray
    supplier: np.ndarray
    second_supplier: np.ndarray
    planned_days: np.ndarray
    direct: np.ndarray
    guess: np.ndarray
    ungrouped: np.ndarray

    def __len__(self) -> int:
        return len(self.code)

    @cached_property
    def is_service(self) -> np.ndarray:
        return np.array([category == SERVICE for category in self.category])

    @cached_property
    def has_spelling(self) -> np.ndarray:
        """Whether people also type the unit in another way."""
        return np.array([unit != other for unit, other in zip(self.unit, self.spelling, strict=True)])

    def daily_lines(self, places: Places) -> np.ndarray:
        """True mean number of lines a day while an item lives."""
        visits = (5 / 7 / places.visit_period).sum()
        weekly = self.team_lines + self.service_lines
        return self.failure_lines + self.visit_chance * visits + weekly * 5 / 7


def make_items(scale: Scale, places: Places, suppliers: Suppliers, rng: np.random.Generator) -> Items:
    """Services first, then goods of every kind of product."""
    services = max(4, min(scale.items // 20, len(names.SERVICES)))
    products = list(itertools.islice(goods(random.Random(int(rng.integers(2**32)))), scale.items - services))
    count = scale.items
    kinds = np.array([SERVICES] * services + list(draw_kinds(count - services, scale.regular, rng)))
    families = [names.SERVICE_FAMILIES[n % 2] for n in range(services)] + [product.family for product, _ in products]
    groups = sorted({*families})
    units = ["SR"] * services + [SHORT_UNITS.get(p.unit, p.unit) for p, _ in products]
    typical = np.array([1.0] * services + [product.typical for product, _ in products])
    step = np.array([50 if unit in HALVES else 100 for unit in units])
    wild = np.isin(kinds, (ERRATIC, LUMPY))
    sigma = np.where(wild, rng.uniform(0.9, 1.4, count), rng.uniform(0.1, 0.35, count)) * (kinds != SERVICES)
    median = np.where(kinds == SERVICES, 1.0, np.maximum(1, typical / 4 * rng.lognormal(0, 0.6, count)))
    mean, variation = rounded_moments(np.log(median), sigma, step)
    categories = [SERVICE] * services + [
        PROTECTION if f == PROTECTIVE_FAMILY else MATERIAL for f in families[services:]
    ]
    rates = draw_rates(kinds, np.array(categories) == PROTECTION, scale, places, rng)
    late, early = rng.random(count) < 0.1, rng.random(count) < 0.08
    late[:services] = early[:services] = False
    main = rng.integers(0, len(suppliers), count)
    pack = np.where(
        kinds == SERVICES, step, rng.choice([1, 1, 1, 5, 10, 25], count) * np.where(typical >= 20, 100, step)
    )
    return Items(
        code=[f"{9_000 + n:04d}" for n in range(services)] + [f"01{n:05d}" for n in range(1, count - services + 1)],
        name=[names.SERVICES[n] for n in range(services)] + [name for _, name in products],
        kind=kinds.tolist(),
        category=categories,
        unit=units,
        spelling=[SPELLINGS.get(unit, unit) for unit in units],
        group=np.array([groups.index(family) for family in families]),
        groups=groups,
        criticality=rng.choice(["H", "M", "L", ""], count, p=[0.15, 0.3, 0.45, 0.1]).tolist(),
        size_log_mean=np.log(median),
        size_log_sigma=sigma,
        size_mean=mean,
        size_cv=variation,
        step=step,
        **rates,
        first=np.where(late, rng.integers(60, 330, count), 0),
        last=np.where(early, rng.integers(120, 360, count), FOREVER),
        cost=np.round(np.exp(rng.normal(4.2, 1.1, count)) / np.sqrt(typical), 2) + 0.5,
        drift=rng.uniform(0.0, 0.14, count),
        min_order=pack * rng.choice([0, 0, 1, 2, 5], count) * (kinds != SERVICES),
        multiple=pack,
        supplier=main,
        second_supplier=(main + rng.integers(1, len(suppliers), count)) % len(suppliers),
        planned_days=np.rint((suppliers.quoted_days[main] + BUYING_DAYS) * rng.uniform(0.6, 1.3, count)).astype(int),
        direct=np.array([family == BULKY_FAMILY for family in families]),
        guess=rng.lognormal(0, 0.7, count),
        ungrouped=rng.random(count) < UNGROUPED,
    )


def draw_kinds(count: int, regular: float, rng: np.random.Generator) -> np.ndarray:
    """Three of four regular items are steady consumables; the rare ones are even or wild in equal parts."""
    shares = [regular * 0.75, regular * 0.25, (1 - regular) / 2, (1 - regular) / 2]
    return rng.choice([CONSUMABLE, ERRATIC, INTERMITTENT, LUMPY], count, p=shares)


def draw_rates(
    kinds: np.ndarray, is_protective: np.ndarray, scale: Scale, places: Places, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """How often each item is used and by what: protection by teams alone, consumables also on visits and a little in
    repairs, parts in repairs and a few on visits, services by themselves."""
    count = len(kinds)
    median = np.select([kinds == CONSUMABLE, kinds == ERRATIC], [0.9, 0.5], 1 / 40)
    rate = median * np.exp(rng.normal(0, np.where(median > 0.1, 0.3, 0.9))) * scale.pace
    rate[kinds == SERVICES] = rng.uniform(0.1, 0.4, int((kinds == SERVICES).sum())) * scale.pace
    steady, service = kinds == CONSUMABLE, kinds == SERVICES
    on_visit = ~is_protective & ~service & (steady | (rng.random(count) < 0.3))
    by_team = np.where(is_protective, 1.0, np.where(steady, 0.6, 0.0)) * ~service
    by_visit = np.where(on_visit, np.where(steady, 0.3, 0.5), 0.0)
    visits = (5 / 7 / places.visit_period).sum()
    visit_chance = np.minimum(0.9, rate * by_visit / visits)
    return {
        "failure_lines": rate * (1 - by_team - by_visit) * ~service,
        "visit_chance": visit_chance,
        "team_lines": rate * by_team * 7 / 5,
        "service_lines": rate * service * 7 / 5,
    }


def rounded_moments(log_mean: np.ndarray, log_sigma: np.ndarray, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean (units) and coefficient of variation of a line's quantity after rounding, by 1,000 even quantiles."""
    normal = NormalDist()
    points = np.array([normal.inv_cdf((n + 0.5) / 1000) for n in range(1000)])
    mean, variation = np.empty(len(step)), np.empty(len(step))
    for item in range(len(step)):
        values = rounded(np.exp(log_mean[item] + log_sigma[item] * points), step[item]) / 100
        mean[item], variation[item] = values.mean(), values.std() / values.mean()
    return mean, variation


def rounded(units: np.ndarray, step: np.ndarray | int) -> np.ndarray:
    """Quantities in hundredths: whole steps, at least one."""
    return (np.maximum(1, np.rint(units * 100 / step)) * step).astype(np.int64)
