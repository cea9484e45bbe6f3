"""Who sells, and how long each takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nova_local.erp.scales import Scale

CITIES = ("SALVADOR", "FEIRA DE SANTANA", "RECIFE", "ARACAJU", "MACEIÓ", "FORTALEZA", "NATAL", "TERESINA", "SÃO PAULO")
STATES = ("BA", "BA", "PE", "SE", "AL", "CE", "RN", "PI", "SP")
TRADES = ("FERRAGENS", "ELÉTRICA", "COMERCIAL", "DISTRIBUIDORA", "INDÚSTRIA", "ESTRUTURAS")
BRANCHES = 0.1  # share of suppliers that are a second branch of the one before
BLOCKED = 0.04


@dataclass(frozen=True)
class Suppliers:
    """Days from order to arrival are log-normal with `log_mean` and `log_sigma`, rounded, at least 1; the supplier
    promises `quoted_days`. `code` and `branch` together are the key."""

    code: list[str]
    branch: list[str]
    name: list[str]
    city: list[str]
    state: list[str]
    blocked: np.ndarray
    log_mean: np.ndarray
    log_sigma: np.ndarray
    quoted_days: np.ndarray
    price_factor: np.ndarray

    def __len__(self) -> int:
        return len(self.code)


def make_suppliers(scale: Scale, rng: np.random.Generator) -> Suppliers:
    count = scale.suppliers
    second = rng.random(count) < BRANCHES
    second[0] = False
    second[1:] &= ~second[:-1]
    firms = np.cumsum(~second)
    home = rng.integers(0, len(CITIES), count)
    median = rng.choice([3.0, 5.0, 8.0, 12.0, 18.0, 30.0], count) * rng.lognormal(0, 0.15, count)
    return Suppliers(
        code=[f"{number:06d}" for number in firms],
        branch=["02" if is_second else "01" for is_second in second],
        name=[f"{TRADES[number % len(TRADES)]} FICTÍCIA {number:04d} LTDA" for number in firms],
        city=[CITIES[place] for place in home],
        state=[STATES[place] for place in home],
        blocked=rng.random(count) < BLOCKED,
        log_mean=np.log(median),
        log_sigma=rng.uniform(0.2, 0.7, count),
        quoted_days=np.maximum(1, np.rint(median * rng.uniform(0.75, 1.15, count))).astype(np.int64),
        price_factor=rng.lognormal(0, 0.06, count),
    )
