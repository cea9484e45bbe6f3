"""How long purchases waited, as far as it was known on an origin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from nova_assets.forecasting.portfolio import Floats, Integers

REQUESTED_TO_RECEIVED = "requested_to_received"
REQUESTED_TO_ORDERED = "requested_to_ordered"

UNKNOWN_SUPPLIER = "UNKNOWN"
"""`supplier_id` of a purchase whose supplier the source does not name."""

NO_SUPPLIER = -1
"""In the place of a supplier's number: nobody knows yet who will deliver."""

SHORTEST_DAYS = 0.5
"""What is done on the same day took half a day: the middle of the hours that count as none. A whole number d ≥ 1 stands
for d − ½ to d + ½ and is its own middle."""


@dataclass(frozen=True)
class Waits:
    """Waits of purchase lines on an origin: finished ones, open ones, and how many say nothing.

    Attributes:
        basis: `requested_to_received`, or `requested_to_ordered` where the source holds no receipts.
        suppliers: sorted; every supplier that was known on the origin to have a line.
        finished_supplier: number (position in `suppliers`) of each finished line.
        finished_days: its days, whole, ≥ 0.
        open_supplier: number of each open line's supplier, `NO_SUPPLIER` until it is ordered.
        open_days: days since it was requested: it will take at least as many.
        excluded: lines per supplier that are no waits: regularisations (bought before they were requested), arrivals
            before the request, purchases whose date is unknown.
        excluded_unnamed: lines of unknown suppliers that are no waits.
        quiet_days: days since anything was requested, ordered or received; 0 for the day before the origin.
    """

    basis: str
    suppliers: pd.Index
    finished_supplier: Integers
    finished_days: Integers
    open_supplier: Integers
    open_days: Integers
    excluded: Integers
    excluded_unnamed: int
    quiet_days: int

    @classmethod
    def known_on(cls, origin: date, lines: pd.DataFrame) -> Waits:
        """What was known at the beginning of `origin`: dates of that day and later are not.

        Args:
            origin: the day.
            lines: as `sql/forecasting/purchase_lines.sql` gives them, dates as datetime64, not sorted.
        """
        day = np.datetime64(origin)
        basis = REQUESTED_TO_RECEIVED if lines["has_receipts"].any() else REQUESTED_TO_ORDERED
        lines = lines[lines["requested_on"] < day]
        requested = lines["requested_on"]
        ordered = lines["ordered_on"].where(lines["ordered_on"] < day)
        received = lines["received_on"].where(lines["received_on"] < day)
        done = received if basis == REQUESTED_TO_RECEIVED else ordered
        excluded = (lines["after_the_fact"] | (done < requested)).to_numpy(dtype=np.bool_)
        excluded |= (lines["ordered_on"].isna() & ~lines["is_open"]).to_numpy(dtype=np.bool_)
        finished = done.notna().to_numpy() & ~excluded
        # Who delivers is known by the order; what is not ordered yet may go to anybody.
        named = lines["supplier_id"].where(ordered.notna() & lines["supplier_id"].ne(UNKNOWN_SUPPLIER))
        suppliers = pd.Index(np.sort(named.dropna().unique()), dtype="object", name="supplier_id")
        number = suppliers.get_indexer(pd.Index(named))
        waiting = ~finished & ~excluded
        return cls(
            basis=basis,
            suppliers=suppliers,
            finished_supplier=number[finished],
            finished_days=_days(done - requested, finished),
            open_supplier=number[waiting],
            open_days=_days(day - requested, waiting),
            excluded=np.bincount(number[excluded & (number >= 0)], minlength=len(suppliers)),
            excluded_unnamed=int((excluded & (number < 0)).sum()),
            quiet_days=_days_since(day, [requested, ordered, received]),
        )

    @cached_property
    def log_days(self) -> Floats:
        """Logarithm of each finished line's days, same-day ones as `SHORTEST_DAYS`."""
        return np.log(np.maximum(self.finished_days, SHORTEST_DAYS))

    @property
    def log_open_days(self) -> Floats:
        """Logarithm of the days that each open line has outlasted: d whole days begin at d − ½."""
        return np.log(self.open_days - 0.5)

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any wait."""
        digest = hashlib.sha256(f"{self.basis} {list(self.suppliers)}".encode())
        for supplier, days in (
            (self.finished_supplier, self.finished_days),
            (self.open_supplier, self.open_days),
        ):
            digest.update(np.sort(supplier * 100_000 + days).tobytes())
        return digest.hexdigest()[:8]


def _days_since(day: np.datetime64, known: Sequence[pd.Series]) -> int:
    latest = max((column.max() for column in known if column.notna().any()), default=pd.Timestamp(day))
    return max((pd.Timestamp(day) - latest).days - 1, 0)


def _days(spans: pd.Series, chosen: np.ndarray) -> Integers:
    return (spans.to_numpy()[chosen] // np.timedelta64(1, "D")).astype(np.int64)
