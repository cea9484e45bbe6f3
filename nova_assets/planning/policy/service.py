"""How sure each item's stock must be: a target by criticality and ABC class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from nova_assets.quantiles import Floats

CLASSES = ("A", "B", "C")
OTHERS = "*"
"""The row of items whose criticality is not known, or is none of the table's."""

MIDDLE = "B"
"""The class of items that have none."""

Row = tuple[float, float, float]
DEFAULTS: Mapping[str, Row] = MappingProxyType(
    {
        "H": (0.99, 0.98, 0.97),
        "M": (0.97, 0.95, 0.93),
        "L": (0.95, 0.92, 0.90),
        OTHERS: (0.97, 0.95, 0.93),
    }
)
"""Criticality → target of the classes A, B and C."""


class ServiceTargetsError(ValueError):
    """A table of targets means nothing; the message says what is wrong with it."""


@dataclass(frozen=True)
class ServiceTargets:
    """The chance with which demand of lead time and review period is to stay within the reorder point.

    A class stands for the attention that an item's yearly value deserves, and gets the higher target the more it is
    worth (Silver, Pyke & Thomas 2017, chapter 2); criticality for what its lack does to the network.

    Attributes:
        table: criticality → targets of A, B and C, each within (0, 1); `OTHERS` is among them.

    Raises:
        ServiceTargetsError: a target lies outside of (0, 1), or there is no row for the others.
    """

    table: Mapping[str, Row] = field(default_factory=lambda: DEFAULTS)

    def __post_init__(self) -> None:
        if OTHERS not in self.table:
            raise ServiceTargetsError(f"There is no row {OTHERS} for items of no or of another criticality.")
        for criticality, row in self.table.items():
            if len(row) != len(CLASSES) or not all(0 < target < 1 for target in row):
                raise ServiceTargetsError(f"{criticality}: three targets between 0 and 1, of A, B and C, not {row}.")

    @classmethod
    def parse(cls, text: str) -> ServiceTargets:
        """From `H=0.99/0.98/0.97 *=0.97/0.95/0.93`; rows that are not named keep their defaults.

        Raises:
            ServiceTargetsError: it is not of that form.
        """
        rows: dict[str, Row] = dict(DEFAULTS)
        for word in text.split():
            criticality, _, targets = word.partition("=")
            try:
                first, second, third = (float(target) for target in targets.split("/"))
            except ValueError as error:
                raise ServiceTargetsError(f"{word!r} is not of the form H=0.99/0.98/0.97.") from error
            rows[criticality] = (first, second, third)
        return cls(MappingProxyType(rows))

    def of(self, criticality: Sequence[str | None], abc_class: Sequence[str | None]) -> Floats:
        """The target of each item."""
        cells = {(code, name): row[at] for code, row in self.table.items() for at, name in enumerate(CLASSES)}
        codes = (code if code and code in self.table else OTHERS for code in criticality)
        names = (name if name and name in CLASSES else MIDDLE for name in abc_class)
        return np.array([cells[cell] for cell in zip(codes, names, strict=True)], dtype=np.float64)

    def criticality_weights(self, criticality: Sequence[str | None]) -> Floats:
        """How much worse the lack of each item is than that of one of unknown criticality: b of `allocation`.

        Read off the same table, so that both methods agree on what critical means: to tolerate half the shortages is to
        say that each is twice as bad. It is (1 − target of the others) ÷ (1 − target of the item's criticality), in
        class B: what an item is worth enters the allocation by its price.
        """
        at = CLASSES.index(MIDDLE)
        weights = {code: (1.0 - self.table[OTHERS][at]) / (1.0 - row[at]) for code, row in self.table.items()}
        return np.array([weights.get(code or OTHERS, 1.0) for code in criticality], dtype=np.float64)
