"""What is to be published, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from nova_assets.checks import CheckResult
from nova_assets.partitions import Window
from nova_assets.registry import Table

Connect = Callable[[], AbstractContextManager[psycopg.Connection]]
"""Opens a session of the warehouse, in autocommit."""


class PublicationError(Exception):
    """New rows broke at least one check; nothing was changed.

    Attributes:
        results: every check that ran, also those that passed, by relation.
    """

    def __init__(self, results: Mapping[str, list[CheckResult]]) -> None:
        self.results = results
        failed = [f"{relation}: {r}" for relation, checks in results.items() for r in checks if r.refuses]
        super().__init__("Nothing was published; the previous rows stay served. " + "; ".join(failed))


@dataclass(frozen=True)
class Query:
    """New rows as a SELECT with the columns of the table, in any order; it may use %(first)s and %(last)s."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """New rows as Arrow tables that are made while they are copied, so that no more than a few are in memory.

    `tables` begins anew with each call. It is called a second time only when the rows broke a constraint of a table
    that was empty: then they are read again, for the checks to tell what is wrong with them. Where the table is cut
    into months, its window column holds Arrow dates.
    """

    tables: Callable[[], Iterable[pa.Table]]


Source = Query | Stream | pa.Table


@dataclass(frozen=True)
class Replacement:
    """One table to be replaced: all of it, or the rows whose window column lies in `window`.

    `scope` narrows that to the rows for which a condition holds, where a table is filled from several places; the new
    rows must meet it too. `made_from` names versions of what was read outside of the warehouse, to be remembered.
    """

    table: Table
    window: Window | None
    source: Source
    scope: sql.Composable | None = None
    made_from: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.table.window_column is None) != (self.window is None):
            raise ValueError(f"{self.table.relation} is replaced {'whole' if self.window else 'by a window'}")


@dataclass(frozen=True)
class Counted:
    """New rows as they were counted before they took the place of the former ones; `nulls` per nullable column."""

    relation: str
    window: Window | None
    former_rows: int | None
    rows: int
    nulls: Mapping[str, int]


@dataclass(frozen=True)
class Published:
    """What a publication did to a table.

    `rows` are the rows of the window after it, `rows_by_date` the same per value of the window column; `changed` is
    false when they are the rows that were there before.
    """

    relation: str
    version: int
    changed: bool
    rows: int
    total_rows: int
    rows_by_date: Mapping[date, int]
    checks: tuple[CheckResult, ...]
