"""Between Arrow tables, as the warehouse reads and writes them, and numpy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from nova_assets.quantiles import Floats

QUANTITY = pa.decimal128(18, 4)
UNITS = 10_000
"""Steps of a `numeric(18,4)` in one unit."""


def floats(rows: pa.Table, name: str) -> Floats:
    """A column of numbers, null as NaN."""
    return rows[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def texts(rows: pa.Table, name: str) -> NDArray[np.object_]:
    """A column of texts, null as None."""
    return np.array(rows[name].to_pylist(), dtype=object)


def positions(values: pa.Array | pa.ChunkedArray, among: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """Where each value stands in `among`, which holds each once; -1: nowhere."""
    found = pc.call_function("index_in", [values], pc.SetLookupOptions(among))
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def sums(row: NDArray[np.int64], values: Floats, rows: int) -> Floats:
    """What the values of each of so many rows sum to."""
    return np.bincount(row, values, rows).astype(np.float64)


def nullable(values: NDArray, type_: pa.DataType | None = None) -> pa.Array:
    """Numbers, NaN as null."""
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0, values), mask=missing).cast(type_ or pa.float64())


def decimals(values: Floats) -> pa.Array:
    """Quantities or money to four decimals, NaN as null."""
    missing = np.isnan(values)
    return scaled(np.rint(np.where(missing, 0.0, values) * UNITS).astype(np.int64), missing)


def scaled(steps: NDArray[np.int64], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Whole numbers of ten-thousandths as quantities, exactly."""
    # A decimal is its steps as a whole number of sixteen bytes: the low eight are these, the high eight their sign.
    halves = np.stack([steps, steps >> 63], axis=1)
    validity = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(QUANTITY, len(steps), [validity, pa.py_buffer(np.ascontiguousarray(halves))])


def steps(values: Floats) -> NDArray[np.int64]:
    """Quantities as whole numbers of ten-thousandths; NaN as none."""
    return np.rint(np.nan_to_num(values) * UNITS).astype(np.int64)


def dates(day: date, offsets: NDArray) -> pa.Array:
    """Days so many days after `day`; none where it is no number above zero."""
    known = np.nan_to_num(offsets) > 0
    start = np.datetime64(day, "D")
    return pa.array(start + np.where(known, offsets, 0).astype("timedelta64[D]"), mask=~known)
