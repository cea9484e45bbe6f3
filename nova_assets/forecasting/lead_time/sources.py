"""Who will deliver an item's next order: the suppliers of its latest lines, and anybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from nova_assets.forecasting.lead_time.waits import UNKNOWN_SUPPLIER
from nova_assets.forecasting.portfolio import Integers

LATEST_WEEKS = 52
"""Lines requested earlier say nothing of who delivers next."""

PRIOR_LINES = 1.0
"""So many lines of a supplier never seen are added to an item's own: an item with one line is half drawn to the
portfolio's lead time, one with nine by a tenth. Measured by `bench/lead_times.py`."""


@dataclass(frozen=True)
class Sources:
    """Where items come from.

    Attributes:
        shares: part of each supplier in an item's next order: rows as the items, columns as the suppliers and one for a
            supplier never seen; rows sum to one.
        lines: latest lines of each item whose supplier is known.
        main: number of the supplier with most of them, −1 where there is none.
    """

    shares: sparse.csr_array
    lines: Integers
    main: Integers

    @property
    def digest(self) -> str:
        """Text that changes with any share."""
        parts = (self.shares.indptr, self.shares.indices, self.shares.data)
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def sources_of(
    items: pd.Index, suppliers: pd.Index, lines: pd.DataFrame, origin: date, prior_lines: float = PRIOR_LINES
) -> Sources:
    """The suppliers of `items`, from what was ordered before `origin`.

    An item's lines by supplier are a sample of its choices; `prior_lines` more stand for the choices not seen
    (Dirichlet prior with a mass of its own for suppliers never seen, as in Blackwell & MacQueen 1973).

    Args:
        items: sorted item ids.
        suppliers: sorted supplier ids.
        lines: as `sql/forecasting/purchase_lines.sql` gives them, dates as datetime64. Regularisations count: they too
            were bought from somebody.
    """
    day = np.datetime64(origin)
    known = lines[
        (lines["requested_on"] >= day - np.timedelta64(7 * LATEST_WEEKS, "D"))
        & (lines["requested_on"] < day)
        & (lines["ordered_on"] < day)
        & lines["supplier_id"].ne(UNKNOWN_SUPPLIER)
    ]
    item = items.get_indexer(pd.Index(known["item_id"]))
    supplier = suppliers.get_indexer(pd.Index(known["supplier_id"]))
    chosen = (item >= 0) & (supplier >= 0)
    shape = (len(items), len(suppliers) + 1)
    ones = np.ones(int(chosen.sum()))
    counts = sparse.coo_array((ones, (item[chosen], supplier[chosen])), shape=shape).tocsr()
    own = np.asarray(counts.sum(axis=1)).reshape(-1)
    everybody = np.arange(len(items))
    prior = sparse.coo_array(
        (np.full(len(items), prior_lines), (everybody, np.full(len(items), len(suppliers)))), shape=shape
    )
    scaled = sparse.diags_array(1 / (own + prior_lines)) @ (counts + prior.tocsr())
    main = np.where(own > 0, np.asarray(counts.argmax(axis=1)).reshape(-1), -1)
    return Sources(sparse.csr_array(scaled), own.astype(np.int64), main.astype(np.int64))
