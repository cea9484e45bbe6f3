"""Items, sites and suppliers of the demo, with the habits that shape its purchases."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from nova_local.demo import names

SITE_CODE_WIDTH = 10  # the purchasing sheet cuts longer codes


@dataclass(frozen=True)
class Size:
    """How much world: `weeks` of history; `regular` is the share of items that are asked for nearly every week."""

    items: int
    sites: int
    suppliers: int
    weeks: int
    regular: float
    busiest: float


SIZES = {
    "small": Size(items=200, sites=20, suppliers=40, weeks=52, regular=0.2, busiest=0.45),
    "medium": Size(items=1_900, sites=160, suppliers=400, weeks=104, regular=0.08, busiest=0.3),
    "large": Size(items=5_000, sites=400, suppliers=900, weeks=208, regular=0.06, busiest=0.3),
}


@dataclass(frozen=True)
class Supplier:
    """Its lead times from request to purchase are log-normal: `median_days`, `spread` = sigma of the logarithm."""

    name: str
    median_days: float
    spread: float


@dataclass(frozen=True)
class Site:
    """A depot, tower or team; `code` is whole. `weight` is its share of the requests."""

    code: str
    weight: float
    number: int

    @property
    def typed(self) -> str:
        """The code as the purchasing sheet has it."""
        return self.code[:SITE_CODE_WIDTH]


@dataclass(frozen=True)
class Item:
    """What is bought. In each week of `first_week`..`last_week` it is asked for with probability `busy`; the lines'
    quantities are log-normal around `typical` with `spread`, and vary by `season` (share) over the year."""

    code: str
    name: str
    family: str
    units: tuple[str, ...]
    is_service: bool
    busy: float
    typical: float
    spread: float
    season: float
    first_week: int
    last_week: int
    suppliers: tuple[Supplier, ...]


@dataclass(frozen=True)
class World:
    items: tuple[Item, ...]
    sites: tuple[Site, ...]
    suppliers: tuple[Supplier, ...]


def make_world(size: Size, rng: random.Random) -> World:
    """Everything that exists before the first request; `rng` decides all of it."""
    suppliers = tuple(
        Supplier(f"FORNECEDOR {number:04d}", rng.choice((1.0, 2.0, 4.0, 6.0, 9.0, 14.0, 25.0)), rng.uniform(0.3, 0.9))
        for number in range(1, size.suppliers + 1)
    )
    services = max(4, min(size.items // 12, len(names.SERVICES)))
    items = [make_service(number, size, suppliers, rng) for number in range(1, services + 1)]
    for number, (product, name) in enumerate(itertools.islice(goods(rng), size.items - services), start=1):
        items.append(make_good(number, product, name, size, suppliers, rng))
    return World(tuple(items), tuple(make_sites(size.sites, rng)), suppliers)


def goods(rng: random.Random) -> Iterator[tuple[names.Product, str]]:
    """Names of materials without end: first one of every kind, then the others, then further models of all."""
    kinds = [
        [(product, f"{product.noun} {variant} {finish}") for variant in product.sizes for finish in product.finishes]
        for product in names.PRODUCTS
    ]
    for kind in kinds:
        rng.shuffle(kind)
    others = [named for kind in kinds for named in kind[1:]]
    rng.shuffle(others)
    ordered = [kind[0] for kind in kinds] + others
    yield from ordered
    for model in itertools.count(2):
        yield from ((product, f"{name} MOD. {model}") for product, name in ordered)


def make_service(number: int, size: Size, suppliers: tuple[Supplier, ...], rng: random.Random) -> Item:
    """Services have codes of four digits, come in ones and are asked for often."""
    return Item(
        code=f"{number:04d}",
        name=names.SERVICES[number - 1],
        family=rng.choice(names.SERVICE_FAMILIES),
        units=("SR",),
        is_service=True,
        busy=rng.uniform(0.5, 0.95),
        typical=1.0,
        spread=0.0 if rng.random() < 0.8 else 1.0,
        season=0.0,
        first_week=0,
        last_week=size.weeks - 1,
        suppliers=tuple(rng.sample(suppliers, 3)),
    )


def make_good(
    number: int, product: names.Product, name: str, size: Size, suppliers: tuple[Supplier, ...], rng: random.Random
) -> Item:
    """Regular or rare, even or wild: the four demand classes all occur. Some items start late, some end early."""
    regular = rng.random() < size.regular
    even = rng.random() < 0.5
    late, early = rng.random() < 0.12, rng.random() < 0.08
    return Item(
        code=f"{number // 90 + 10:02d}.{number % 90 + 10}" if number % 151 == 0 else f"01{number:04d}",
        name=name,
        family=product.family,
        units=unit_spellings(product.unit, number),
        is_service=False,
        busy=rng.uniform(0.85, 0.98) if regular else size.busiest * rng.random() ** 1.5 + 0.02,
        typical=product.typical * rng.lognormvariate(0, 0.6),
        spread=rng.uniform(0.1, 0.35) if even else rng.uniform(0.8, 1.4),
        season=rng.uniform(0.1, 0.5) if rng.random() < 0.4 else 0.0,
        first_week=rng.randrange(size.weeks // 2) if late else 0,
        last_week=rng.randrange(size.weeks // 2, size.weeks) if early else size.weeks - 1,
        suppliers=tuple(rng.sample(suppliers, rng.choice((1, 1, 1, 2, 3)))),
    )


def unit_spellings(unit: str, number: int) -> tuple[str, ...]:
    """How people type the unit. Every ninetieth item that is counted is also bought by the box, a real conflict."""
    variants = {"M": ("MT", "M"), "M2": ("M2", "M²"), "M3": ("M3", "M³")}
    if unit == "UN" and number % 90 == 0:
        return ("UN", "CX")
    return variants.get(unit, (unit,))


def make_sites(count: int, rng: random.Random) -> list[Site]:
    """Depots and teams, then towers in the shapes that tower owners use; some are longer than the sheet's ten
    characters, and two of those are told apart only by what is cut."""
    codes = [*names.PLACES, "XTR-NVA-002", "XTR-NVA-002-1"]
    for number in range(1, count - len(codes) + 1):
        state = rng.choice(names.STATES)
        shape = number % 6
        codes.append(
            (
                f"{state}NVT{number:03d}",
                f"EQUIPE {number:03d}",
                f"{4_000_000 + number * 10_007:08d}",
                f"{state}QRZ{number:03d}-{number % 4 + 1}",
                f"TCX{state}VV{number:04d}",
                f"{state}K-{number:03d}-{number % 9}",
            )[shape]
        )
    return [Site(code, 1 / (rank + 2), rank + 1) for rank, code in enumerate(codes)]
