"""Where material lies and where it goes: warehouses, teams, and towers with their contracts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nova_local.erp.scales import Scale

CENTRAL, REGIONAL, TEAM, TOWER = "A", "R", "E", "T"
OWNERS = ("TORRE NORTE", "SERRA AZUL", "MARÉ ALTA", "CAMPO VERDE", "HORIZONTE")
REGIONS = (
    ("BA", "BAHIA LESTE"),
    ("PE", "PERNAMBUCO"),
    ("BA", "BAHIA OESTE"),
    ("CE", "CEARÁ"),
    ("SE", "SERGIPE E ALAGOAS"),
    ("RN", "RIO GRANDE DO NORTE"),
    ("PI", "PIAUÍ"),
    ("MG", "MINAS NORTE"),
)
VISIT_PERIODS = (20, 40, 60)  # business days


@dataclass(frozen=True)
class Places:
    """All places in one order: central warehouse, regional warehouses, teams, towers. `region` is the number of the
    regional warehouse that serves a place, as a location (1, 2, …; 0 for the central one).

    The columns below `towers` belong to the towers alone, in their order. A tower fails `exposure` times as often as
    the average one, is visited every `visit_period` business days, and after `sla_days` each further day costs
    `penalty_per_day` (hundredths of BRL) for every line that a repair or visit still lacks.
    """

    code: list[str]
    name: list[str]
    kind: list[str]
    state: list[str]
    region_name: list[str]
    owner: list[str]
    region: np.ndarray
    first_team: int
    first_tower: int
    exposure: np.ndarray
    visit_period: np.ndarray
    visit_phase: np.ndarray
    sla_days: np.ndarray
    penalty_per_day: np.ndarray
    monthly_fee: np.ndarray

    def __len__(self) -> int:
        return len(self.code)

    @property
    def towers(self) -> int:
        return len(self) - self.first_tower

    @property
    def teams(self) -> int:
        return self.first_tower - self.first_team


def make_places(scale: Scale, rng: np.random.Generator) -> Places:
    regions = np.concatenate(
        [
            np.arange(1 + scale.regionals),
            1 + np.arange(scale.teams) % scale.regionals,
            1 + rng.permutation(np.arange(scale.towers) % scale.regionals),
        ]
    )
    kinds = [CENTRAL] + [REGIONAL] * scale.regionals + [TEAM] * scale.teams + [TOWER] * scale.towers
    states = ["BA" if not region else REGIONS[region - 1][0] for region in regions]
    first_tower = 1 + scale.regionals + scale.teams
    owners = rng.integers(0, len(OWNERS), scale.towers)
    towers = [tower_code(number, states[first_tower + number]) for number in range(scale.towers)]
    periods = rng.choice(VISIT_PERIODS, scale.towers)
    return Places(
        code=[
            "ALM001",
            *(f"REG{number + 1:03d}" for number in range(scale.regionals)),
            *(f"EQP{number + 1:04d}" for number in range(scale.teams)),
            *towers,
        ],
        name=[
            "ALMOXARIFADO CENTRAL",
            *(f"BASE {REGIONS[number][1]}" for number in range(scale.regionals)),
            *(f"EQUIPE {number + 1:03d}" for number in range(scale.teams)),
            *(f"TORRE {OWNERS[owner]} {code}" for owner, code in zip(owners, towers, strict=True)),
        ],
        kind=kinds,
        state=states,
        region_name=["" if not region else REGIONS[region - 1][1] for region in regions],
        owner=[""] * first_tower + [OWNERS[owner] for owner in owners],
        region=regions,
        first_team=1 + scale.regionals,
        first_tower=first_tower,
        exposure=normalised(rng.lognormal(0, 0.5, scale.towers)),
        visit_period=periods,
        visit_phase=rng.integers(0, 60, scale.towers),
        sla_days=rng.choice([2, 3, 5, 10], len(OWNERS))[owners],
        penalty_per_day=(rng.choice([2, 4, 6, 10], len(OWNERS)) * 100)[owners],
        monthly_fee=rng.integers(12, 60, scale.towers) * 100_000,
    )


def states_of(scale: Scale) -> list[str]:
    """The states that have a regional warehouse, in their order; the first is that of the central one too."""
    return list(dict.fromkeys(state for state, _ in REGIONS[: scale.regionals]))


def tower_code(number: int, state: str) -> str:
    """In the shapes that tower owners use: at most nine characters, one of them only digits."""
    return (
        f"{state}NVT{number:04d}",
        f"TX{number:05d}-{number % 3}",
        f"{state}K{number:05d}",
        f"{4_000_000 + number * 107:08d}",
    )[number % 4]


def normalised(values: np.ndarray) -> np.ndarray:
    """The same proportions with mean 1."""
    return values / values.mean()
