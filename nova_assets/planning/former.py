"""What was planned from another source goes when the source does: its items are others, even under the same codes."""

from __future__ import annotations

import psycopg

from nova_assets import registry
from nova_assets.publication.deletion import delete_rows
from nova_assets.registry.recommendations import RECOMMENDATION_OUTCOMES


def forget_plans(connection: psycopg.Connection) -> int:
    """Delete every plan, alert and outcome in one transaction; returns how many rows went."""
    with connection.transaction():
        return sum(delete_rows(connection, table) for table in (*registry.PLANNING, RECOMMENDATION_OUTCOMES))
