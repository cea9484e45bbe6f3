"""Row-count drift: whether new rows are about as many as those they replace, and who accepted it where they are not.

A source that answers with a tenth of its rows breaks no rule of any single row. So the rows of a publication are
counted against the former ones: of the same days where the table has days, of all rows else; days that are new are
counted against the level of the eight weeks before them. What the numbers are judged by is the registry's `Drift`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from nova_assets import registry
from nova_assets.checks import CheckResult
from nova_assets.registry import Drift, Kind, Severity, Table
from nova_assets.registry.model import NOT_LOST, STEADY
from nova_assets.settings import InvalidSettingError

ACCEPT_TAG = "nova/accept_drift"
ALL_TABLES = "all"
LEVEL_WEEKS = 8


@dataclass(frozen=True)
class Comparison:
    """The rows of what was compared: `former` is what the new ones replace, or, for new days, the level before them."""

    compared: str
    former: int
    new: int
    replaces: bool = True

    @property
    def change_share(self) -> float | None:
        """By which share of the former rows the number moved; None where there were none."""
        return self.new / self.former - 1 if self.former else None


@dataclass(frozen=True)
class Terms:
    """What a publication's row counts are judged by: the source in use (None: not judged), and accepted drift."""

    source: str | None = None
    accepted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, source: str, accepted: str | None) -> Terms:
        """From the value of the run tag `nova/accept_drift`: `all`, or tables as `schema.table`, with commas.

        Raises:
            InvalidSettingError: it names a table that there is not.
        """
        names = frozenset(name.strip() for name in (accepted or "").split(",") if name.strip())
        if unknown := names - {table.relation for table in registry.ALL} - {ALL_TABLES}:
            raise InvalidSettingError(
                f"{ACCEPT_TAG} names {', '.join(sorted(unknown))}: it must be `{ALL_TABLES}` or tables as schema.table."
            )
        return cls(source, names)

    def accept(self, table: Table) -> bool:
        return bool({ALL_TABLES, table.relation} & self.accepted)

    def judge(self, table: Table, former_source: str | None) -> bool:
        """Whether former rows are a measure: they came from the same source, and it fills this table."""
        return (
            table.drift is not None
            and self.source is not None
            and former_source == self.source
            and table.of_source in (None, self.source)
        )


def drift_meanings(table: Table) -> dict[str, str]:
    """The two checks of a table's row count, with what they say when they pass; none where rows may come and go."""
    drift = table.drift
    if drift is None or table.kind is Kind.VIEW:
        return {}
    return {
        NOT_LOST: f"At least {drift.kept_share:.0%} of the former rows are there",
        STEADY: f"The number of rows moved by at most {drift.steady_share:.0%}",
    }


def drift_results(table: Table, comparisons: Sequence[Comparison], *, accepted: bool) -> list[CheckResult]:
    """The two checks of a table's row count over what was compared (nothing compared: both pass)."""
    drift = table.drift
    if drift is None:
        return []
    failing = {
        NOT_LOST: [one for one in comparisons if one.replaces and _is_lost(drift, one)],
        STEADY: [one for one in comparisons if _has_moved(drift, one)],
    }
    return [
        CheckResult(
            name,
            meaning,
            offending_rows=sum(abs(one.new - one.former) for one in failing[name]),
            examples=tuple(_example(one) for one in failing[name]),
            severity=Severity.WARN if accepted else table.severity(name),
            remedy=_remedy(table, accepted) if failing[name] else "",
        )
        for name, meaning in drift_meanings(table).items()
    ]


def _is_lost(drift: Drift, one: Comparison) -> bool:
    if not one.new:
        return one.former >= drift.emptied_from
    return one.former >= drift.judged_from and one.new < drift.kept_share * one.former


def _has_moved(drift: Drift, one: Comparison) -> bool:
    return one.former >= drift.judged_from and abs(one.new - one.former) > drift.steady_share * one.former


def _example(one: Comparison) -> dict[str, Any]:
    moved = f"{one.change_share:+.0%}" if one.change_share is not None else ""
    return {"compared": one.compared, "former_rows": one.former, "new_rows": one.new, "change": moved}


def _remedy(table: Table, accepted: bool) -> str:
    if accepted:
        return f"Accepted for this run by {ACCEPT_TAG}."
    return (
        f"If the source is right, run it again with the tag {ACCEPT_TAG}={table.relation} in Dagster, or with"
        f" --accept-drift {table.relation} after nova materialize or nova backfill; `{ALL_TABLES}` accepts every table."
    )


def compare(
    connection: psycopg.Connection, table: Table, candidate: sql.Identifier, where: sql.Composable, bounds: Any
) -> list[Comparison]:
    """Count the candidate against the rows that it will replace; `where` selects these, with `bounds`."""
    target = sql.Identifier(table.schema, table.name)
    if table.window_column is None:
        query = sql.SQL("SELECT (SELECT count(*) FROM {}{}), (SELECT count(*) FROM {})").format(
            target, where, candidate
        )
        return [Comparison("all rows", *_row(connection, query, bounds))]
    parts = {
        "day": sql.Identifier(table.window_column),
        "target": target,
        "candidate": candidate,
        "where": where,
        "weeks": sql.Literal(LEVEL_WEEKS),
    }
    first, last, former, new = _row(connection, _SAME_DAYS.format(**parts), bounds)
    compared = [Comparison(f"days that had rows, {first} to {last}", former, new)] if former else []
    first, last, level, new = _row(connection, _NEW_DAYS.format(**parts), bounds)
    if level is not None:
        compared.append(Comparison(f"new days, {first} to {last}", round(level), new, replaces=False))
    return compared


def _row(connection: psycopg.Connection, query: sql.Composed, bounds: Any) -> Any:
    return connection.execute(query, bounds).fetchone()


_SAME_DAYS = sql.SQL(
    """
    WITH former AS (SELECT {day} AS day, count(*) AS rows FROM {target}{where} GROUP BY 1),
    new AS (SELECT {day} AS day, count(*) AS rows FROM {candidate} GROUP BY 1)
    SELECT
        min(former.day), max(former.day), coalesce(sum(former.rows), 0)::bigint, coalesce(sum(new.rows), 0)::bigint
    FROM former LEFT JOIN new USING (day)
    """
)

# The level is that of the same weekdays, for weekends have few rows; without eight weeks of former days there is none.
_NEW_DAYS = sql.SQL(
    """
    WITH known AS (SELECT min({day}) AS first, max({day}) AS last FROM {target}),
    days AS (
        SELECT generate_series(known.last + 1, (SELECT max({day}) FROM {candidate}), interval '1 day')::date AS day
        FROM known WHERE known.first <= known.last - 7 * {weeks}
    ),
    level AS (
        SELECT extract(isodow FROM target.{day}) AS weekday, count(*)::double precision / {weeks} AS rows
        FROM {target} AS target, known
        WHERE target.{day} > known.last - 7 * {weeks} GROUP BY 1
    )
    SELECT
        min(days.day), max(days.day), sum(coalesce(level.rows, 0)),
        (SELECT count(*) FROM {candidate}, known WHERE {day} > known.last)
    FROM days LEFT JOIN level ON extract(isodow FROM days.day) = level.weekday
    """
)
