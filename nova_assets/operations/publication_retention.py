"""Deletes what nobody reads any more of `support.publications`: what publications counted and checked."""

from datetime import timedelta

import dagster as dg
import psycopg

from nova_assets import settings
from nova_assets.operations.retention import Size, shrunk
from nova_assets.resources.warehouse import Warehouse


class PublicationAge(dg.Config):
    """After how many days publications are deleted; without it NOVA_PUBLICATION_DAYS."""

    days: int | None = None


@dg.asset(
    key=["operations", "publication_retention"],
    group_name="operations",
    kinds={"postgres"},
    owners=["team:data"],
    pool="warehouse",
)
def publication_retention(
    context: dg.AssetExecutionContext, config: PublicationAge, warehouse: Warehouse
) -> dg.MaterializeResult:
    """support.publications without old ones; each table's latest stays, for the rows that are served came with it."""
    days = config.days if config.days is not None else settings.publication_days()
    with warehouse.connect(context.run.run_id) as connection:
        before = size(connection)
        deleted = delete_older(connection, timedelta(days=days))
        after = size(connection)
    return shrunk(days, deleted, before, after)


def delete_older(connection: psycopg.Connection, age: timedelta) -> int:
    """Delete publications older than `age`, refused ones too, but for the latest of each table; returns how many."""
    return connection.execute(
        """
        DELETE FROM support.publications AS old
        WHERE
            old.published_at < now() - %s
            AND (
                old.version IS NULL
                OR EXISTS (
                    SELECT FROM support.publications AS later
                    WHERE
                        later.dataset = old.dataset AND later.version IS NOT NULL
                        AND later.publication_id > old.publication_id
                )
            )
        """,
        [age],
    ).rowcount


def size(connection: psycopg.Connection) -> Size:
    """Rows of support.publications, and its bytes with indexes."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM support.publications), pg_total_relation_size('support.publications')"
    ).fetchone()
    return row or (0, 0)
