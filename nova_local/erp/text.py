"""Columns of numbers as the characters that the ERP keeps. PostgreSQL pads them with blanks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
from pyarrow.compute import PadOptions
from pyarrow.compute import call_function as call

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HALF = len(LETTERS) ** 3


def chosen(words: Sequence[str], which: np.ndarray) -> pa.Array:
    """`words[which]`; blank for -1."""
    return pa.array([*words, ""], pa.string()).take(pa.array(np.where(which < 0, len(words), which)))


def constant(word: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(word), count)


def flag(mark: str, where: np.ndarray) -> pa.Array:
    return chosen(("", mark), (where != 0).astype(np.int64))


def days(numbers: np.ndarray) -> pa.Array:
    """Days from 1970 as YYYYMMDD; blank for -1."""
    if not len(numbers):
        return pa.array([], pa.string())
    different, which = np.unique(numbers, return_inverse=True)
    texts = np.datetime_as_string(different.astype("datetime64[D]")).tolist()
    words = ["" if day < 0 else text.replace("-", "") for day, text in zip(different.tolist(), texts, strict=True)]
    return chosen(words, which)


def dates(numbers: np.ndarray) -> pa.Array:
    """Days from 1970 as dates; null for -1."""
    return pa.array(numbers.astype(np.int32), pa.date32(), mask=numbers < 0)


def digits(numbers: np.ndarray, width: int) -> pa.Array:
    """With leading zeros; blank for 0 and less."""
    padded = call("utf8_lpad", [pa.array(numbers).cast(pa.string())], PadOptions(width, "0"))
    return call("if_else", [pa.array(numbers > 0), padded, pa.scalar("")])


def serial(numbers: np.ndarray) -> pa.Array:
    """Six characters of base 36, which sort like the numbers; blank for -1."""
    high, low = np.divmod(np.maximum(numbers, 0), HALF)
    return joined([halves().take(pa.array(high)), halves().take(pa.array(low))], numbers >= 0)


def joined(parts: Sequence[pa.Array | pa.Scalar], where: np.ndarray) -> pa.Array:
    """The parts one after the other; blank elsewhere."""
    words = call("binary_join_element_wise", [*parts, pa.scalar("")])
    return call("if_else", [pa.array(where), words, pa.scalar("")])


@cache
def halves() -> pa.Array:
    return pa.array([a + b + c for a in LETTERS for b in LETTERS for c in LETTERS])


def units(hundredths: np.ndarray) -> pa.Array:
    return pa.array(hundredths / 100)


def stamps(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds).cast(pa.timestamp("s", "UTC"))
