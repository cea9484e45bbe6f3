"""The words in which a table is described once: columns, key, partitions, rules.

From one `Table` come the Dagster column schema, description, dependencies, column lineage and checks, and a test
compares it with the migrated database. A new table is one entry here, one SQL file and one line of asset.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Grain(Enum):
    """How a table is cut into partitions: by day, by weekly origin (Mondays), or not at all."""

    DAILY = "daily"
    WEEKLY = "weekly"
    WHOLE = "whole"


class Kind(Enum):
    """What the relation is in PostgreSQL."""

    TABLE = "table"
    VIEW = "materialized view"


class Severity(Enum):
    """What a check that fails does: ERROR refuses the publication, WARN is reported and lets it go on."""

    ERROR = "error"
    WARN = "warn"


NOT_LOST = "rows_are_not_lost"
STEADY = "row_count_is_steady"


@dataclass(frozen=True)
class Drift:
    """How far the number of a table's rows may move between two publications; reasons in docs/data-quality.md.

    Attributes:
        steady_share: `row_count_is_steady` fails when the number moves by a larger share, either way.
        kept_share: `rows_are_not_lost` fails when less than this share of the former rows is left.
        judged_from: fewer rows than these are not judged by a share.
        emptied_from: so many former rows may not all be gone, whatever the shares.
    """

    steady_share: float = 0.3
    kept_share: float = 0.5
    judged_from: int = 100
    emptied_from: int = 20


@dataclass(frozen=True)
class Column:
    """A column: PostgreSQL type, meaning, unit, and where its value comes from.

    `sources` are `schema.table.column` of the columns it is made from; they give lineage and the asset's dependencies.
    `allowed`, `minimum` and `maximum` are checked before each publication; null passes them when
    `nullable`. A `volatile` column (an instant of computing) is left out when new rows are compared with old ones.
    """

    name: str
    type: str
    meaning: str
    sources: tuple[str, ...] = ()
    unit: str | None = None
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    volatile: bool = False


@dataclass(frozen=True)
class Reference:
    """A foreign key that is checked before publication; a constraint would tie the loads of both tables together."""

    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule of the business, as a SQL file in `sql/checks/` that selects the offending rows (none = passed)."""

    name: str
    meaning: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Table:
    """A relation of the warehouse and the asset of the same key.

    `group` is the folder of `sql/` and of `nova_assets/` that makes it, and its group in Dagster. `window_column` is
    the date by which a partitioned table is replaced; a table whose `grain` is not WHOLE has one.
    """

    schema: str
    name: str
    group: str
    meaning: str
    owner: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    kind: Kind = Kind.TABLE
    grain: Grain = Grain.WHOLE
    window_column: str | None = None
    references: tuple[Reference, ...] = ()
    rules: tuple[Rule, ...] = ()
    day_by_day: bool = False
    """The rows of a day are made of nothing that other days change: a wide window may be made in parts."""
    reads: tuple[str, ...] = ()
    """Relations the asset reads beyond the sources of its columns (filters, joins)."""
    of_source: str | None = None
    """The one value of NOVA_SOURCE under which the table has rows; None: whatever the source."""
    drift: Drift | None = Drift()
    """None: rows may come and go, the entry's comment says why."""
    warns: tuple[str, ...] = (STEADY,)
    """Checks made from this entry that only warn; all others, but for rules with a severity of their own, refuse."""

    def __post_init__(self) -> None:
        names = {column.name for column in self.columns}
        missing = {*self.key, *([self.window_column] if self.window_column else [])} - names
        if missing:
            raise ValueError(f"{self.relation}: no column {sorted(missing)}")
        if (self.grain is Grain.WHOLE) != (self.window_column is None):
            raise ValueError(f"{self.relation}: a partitioned table, and only that, has a window_column")

    @property
    def relation(self) -> str:
        """`schema.table`, as written in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def asset_key(self) -> tuple[str, str]:
        return (self.schema, self.name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def upstream(self) -> tuple[str, ...]:
        """The relations (`schema.table`) this one is made from, in order of first mention."""
        mentioned = [source.rpartition(".")[0] for column in self.columns for source in column.sources]
        referenced = [reference.table for reference in self.references]
        return tuple(dict.fromkeys([*mentioned, *self.reads, *referenced]))

    def severity(self, check: str) -> Severity:
        """What a failure of a check of this table does."""
        own = {rule.name: rule.severity for rule in self.rules}
        return own.get(check, Severity.WARN if check in self.warns else Severity.ERROR)
