"""The month partitions of PostgreSQL: made ahead, and detached once nobody wants to keep them."""

from datetime import date
from typing import Any

import dagster as dg
import psycopg

from nova_assets import registry, settings
from nova_assets.partitions import today
from nova_assets.resources.warehouse import Warehouse

AUDIT_LOGS = "support.audit_logs"
"""Written by the API too, and by no publication: it is in no registry."""


class Ahead(dg.Config):
    """How many months after the present one are made."""

    months_ahead: int = 3


@dg.asset(
    key=["operations", "month_partitions"],
    group_name="operations",
    kinds={"postgres"},
    owners=["team:data"],
    pool="warehouse",
)
def month_partitions(context: dg.AssetExecutionContext, config: Ahead, warehouse: Warehouse) -> dg.MaterializeResult:
    """Months made ahead of every partitioned table, so that no load has to; months older than NOVA_KEEP_MONTHS are
    detached into the schema `archive`, none of them by default; those of the audit log older than NOVA_AUDIT_MONTHS."""
    now = today()
    made: dict[str, int] = {}
    detached: dict[str, list[str]] = {}
    with warehouse.connect(context.run.run_id) as connection:
        for relation, keep in kept_months(connection).items():
            made[relation] = _scalar(
                connection,
                "SELECT support.make_month_partitions(%s::regclass, %s, %s)",
                [relation, now, month_after(now, config.months_ahead)],
            )
            detached[relation] = [] if keep is None else detach(connection, relation, month_after(now, -keep))
    return dg.MaterializeResult(
        metadata={
            "tables": len(made),
            "months_made": sum(made.values()),
            "months_detached": sum(map(len, detached.values())),
            "detached": dg.MetadataValue.json({relation: names for relation, names in detached.items() if names}),
            "kept_months": settings.keep_months() or "for ever",
            "kept_audit_months": settings.audit_months(),
        }
    )


def kept_months(connection: psycopg.Connection) -> dict[str, int | None]:
    """How many months each table that is cut into them keeps; None: all."""
    kept = dict.fromkeys(partitioned_relations(connection), settings.keep_months())
    return kept | {AUDIT_LOGS: settings.audit_months()}


def partitioned_relations(connection: psycopg.Connection) -> list[str]:
    """The tables of the registry that PostgreSQL keeps in partitions."""
    rows = connection.execute(
        "SELECT n.nspname || '.' || c.relname FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'p' AND n.nspname || '.' || c.relname = ANY (%s) ORDER BY 1",
        [[table.relation for table in registry.TABLES]],
    )
    return [relation for (relation,) in rows]


def detach(connection: psycopg.Connection, relation: str, first_kept: date) -> list[str]:
    """Take the months before `first_kept` out of a table; returns the partitions' names."""
    return _scalar(connection, "SELECT support.detach_months_before(%s::regclass, %s)", [relation, first_kept])


def month_after(day: date, months: int) -> date:
    """The first day of the month that lies so many months after that of `day`; before it, where negative."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _scalar(connection: psycopg.Connection, query: str, parameters: list[Any]) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None
