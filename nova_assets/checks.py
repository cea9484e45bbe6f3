"""The checks that a table must pass before it is published, built from its registry entry.

Each check is a query over the *candidate* (the new rows, not yet visible to anyone) that selects the rows which break
it. Rules of the business (`sql/checks/`) run on the tables themselves, inside the same transaction, before its commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from nova_assets.partitions import Window
from nova_assets.registry import Column, Kind, Severity, Table
from nova_assets.sqlfiles import check_sql

Parameters = Mapping[str, Any]
UNIQUE_KEY = "key_is_unique"


@dataclass(frozen=True)
class Check:
    """A named check: its meaning, and the query that selects the offending rows (none = passed).

    `condition` is there where each row breaks the check or not by itself: many such are counted in one pass.
    """

    name: str
    meaning: str
    offenders: sql.Composable
    parameters: Parameters
    condition: sql.Composable | None = None


@dataclass(frozen=True)
class CheckResult:
    """What a check found: how many offending rows, and a few of them; and what to do where that is not obvious."""

    name: str
    meaning: str
    offending_rows: int
    examples: tuple[Mapping[str, Any], ...]
    severity: Severity = Severity.ERROR
    remedy: str = ""

    @property
    def passed(self) -> bool:
        return self.offending_rows == 0

    @property
    def example_texts(self) -> list[dict[str, str | None]]:
        """The examples with every value as text: not all that PostgreSQL holds is JSON, such as NaN."""
        return [{name: None if v is None else str(v) for name, v in row.items()} for row in self.examples]

    @property
    def refuses(self) -> bool:
        """Whether the rows may not be published."""
        return not self.passed and self.severity is Severity.ERROR

    def __str__(self) -> str:
        if self.passed:
            return f"{self.name}: passed"
        found = f"{self.name}: {self.offending_rows} offending rows ({self.meaning}), for example {self.examples[0]}"
        return f"{found}. {self.remedy}" if self.remedy else found


def check_names(table: Table) -> dict[str, str]:
    """Names of a table's checks with their meanings; views get only their rules, their SQL being what made them."""
    names = {check.name: check.meaning for check in candidate_checks(table, sql.Identifier("_"), Window.whole())}
    return names | {rule.name: rule.meaning for rule in table.rules}


def candidate_checks(table: Table, candidate: sql.Identifier, window: Window | None) -> Iterator[Check]:
    """Checks of the new rows of a table, which stand in the relation `candidate`."""
    if table.kind is Kind.VIEW:
        return
    yield _unique_key(table, candidate)
    yield _filter(
        "no_nulls",
        "Columns that must have a value have one",
        candidate,
        [sql.SQL("{} IS NULL").format(sql.Identifier(c.name)) for c in table.columns if not c.nullable],
    )
    if conditions := [_outside_allowed(c) for c in table.columns if c.allowed]:
        yield _filter("allowed_values", "Codes are among those the registry names", candidate, conditions)
    if conditions := [condition for c in table.columns for condition in _outside_bounds(c)]:
        yield _filter("within_bounds", "Numbers lie within the registry's bounds", candidate, conditions)
    if table.references:
        yield _references(table, candidate)
    if table.window_column:
        yield _inside_window(table.window_column, candidate, window)


def rule_checks(table: Table, window: Window | None) -> Iterator[Check]:
    """The table's rules of the business, to be run on the tables themselves before commit."""
    for rule in table.rules:
        yield Check(rule.name, rule.meaning, sql.SQL(check_sql(rule.name)), _bounds(window))  # pyright: ignore[reportArgumentType]


def _bounds(window: Window | None) -> Parameters:
    return {"first": window.first, "last": window.last} if window else {}


def _filter(
    name: str, meaning: str, candidate: sql.Identifier, conditions: list[sql.Composed], window: Window | None = None
) -> Check:
    condition = sql.SQL(" OR ").join(conditions)
    query = sql.SQL("SELECT * FROM {} WHERE {}").format(candidate, condition)
    return Check(name, meaning, query, _bounds(window), condition)


def _unique_key(table: Table, candidate: sql.Identifier) -> Check:
    key = sql.SQL(", ").join(map(sql.Identifier, table.key))
    query = sql.SQL("SELECT {key}, count(*) AS rows FROM {candidate} GROUP BY {key} HAVING count(*) > 1")
    return Check(UNIQUE_KEY, f"One row per {', '.join(table.key)}", query.format(key=key, candidate=candidate), {})


def _outside_allowed(column: Column) -> sql.Composed:
    allowed = sql.SQL(", ").join(map(sql.Literal, column.allowed))
    return sql.SQL("{} NOT IN ({})").format(sql.Identifier(column.name), allowed)


def _outside_bounds(column: Column) -> Iterator[sql.Composed]:
    name = sql.Identifier(column.name)
    if column.minimum is not None:
        yield sql.SQL("{} < {}").format(name, sql.Literal(column.minimum))
    if column.maximum is not None:
        yield sql.SQL("{} > {}").format(name, sql.Literal(column.maximum))
    if column.type == "double precision":
        yield sql.SQL("{} IN ('NaN', 'Infinity', '-Infinity')").format(name)


def _references(table: Table, candidate: sql.Identifier) -> Check:
    orphans = [
        sql.SQL(
            'SELECT DISTINCT {missing} AS missing, {target_name} AS "from" FROM {candidate} AS new'
            " WHERE NOT EXISTS (SELECT FROM {target} AS known WHERE {match})"
        ).format(
            missing=sql.SQL(" || ' ' || ").join(sql.Identifier("new", column) for column in reference.columns),
            target_name=sql.Literal(reference.table),
            candidate=candidate,
            target=sql.Identifier(*reference.table.split(".")),
            match=sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(sql.Identifier("known", to), sql.Identifier("new", column))
                for column, to in zip(reference.columns, reference.to, strict=True)
            ),
        )
        for reference in table.references
    ]
    return Check("references_exist", "Codes are known to their dimension", sql.SQL(" UNION ALL ").join(orphans), {})


def _inside_window(column: str, candidate: sql.Identifier, window: Window | None) -> Check:
    outside = sql.SQL("{} NOT BETWEEN %(first)s AND %(last)s").format(sql.Identifier(column))
    return _filter("inside_window", "No row lies outside the days being replaced", candidate, [outside], window)
