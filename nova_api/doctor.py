"""What `python -m nova_api check` looks at."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from nova_api.cache.policy import POLICIES
from nova_api.cache.shared import NoSharedTier, RedisTier
from nova_api.database import Database, Snapshot
from nova_api.errors import UnavailableError
from nova_api.settings import Settings
from nova_api.sqltexts import read_sql


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    detail: str


async def findings(settings: Settings) -> list[Finding]:
    """Look at everything, the database first; without it there is nothing more to see there."""
    return [*await _database(settings), await _cache(settings)]


async def _database(settings: Settings) -> list[Finding]:
    database = Database(settings)
    await database.open()
    try:
        async with database.snapshot() as snapshot:
            return [Finding("database", True, "PostgreSQL answers"), *await _tables(snapshot), await _role(snapshot)]
    except (UnavailableError, asyncpg.PostgresError) as error:
        return [Finding("database", False, str(error))]
    finally:
        await database.close()


async def _tables(snapshot: Snapshot) -> list[Finding]:
    datasets = sorted({dataset for policy in POLICIES.values() for dataset in policy.datasets})
    rows = await snapshot.rows(read_sql("check_datasets"), datasets)
    return [Finding(row["dataset"], row["fault"] is None, row["fault"] or f"version {row['version']}") for row in rows]


async def _role(snapshot: Snapshot) -> Finding:
    row = await snapshot.row(read_sql("check_role"))
    writable = row["writable"] if row else []
    if writable:
        return Finding("role", False, f"may write to {', '.join(writable)}: use a role that only reads")
    return Finding("role", True, "only reads")


async def _cache(settings: Settings) -> Finding:
    tier = RedisTier(settings.redis_url, settings.redis_timeout) if settings.redis_url else NoSharedTier()
    try:
        status, detail = await tier.state()
    finally:
        await tier.close()
    return Finding("cache", status != "failed", detail)
