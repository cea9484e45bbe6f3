"""Reads of the warehouse: a pool of read-only connections, and snapshots in which rows and versions agree."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from nova_api.settings import Settings
from nova_api.sqlstates import translated
from nova_api.sqltexts import read_sql

Row = asyncpg.Record


def session_settings(settings: Settings) -> dict[str, str]:
    """What every session of the API sets: it may only read, and not for long."""
    milliseconds = str(int(settings.statement_timeout * 1000))
    return {
        "application_name": "nova_api",
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": milliseconds,
        "jit": "off",
        "statement_timeout": milliseconds,
        "timezone": "UTC",
    }


async def decode_json(connection: asyncpg.Connection) -> None:
    """Let a connection give JSON columns as Python values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            schema="pg_catalog",
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
        )


@dataclass(frozen=True)
class Snapshot:
    """One state of the warehouse.

    Attributes:
        versions: version of each dataset that was asked for, in this state; 0 where it was never materialized.
    """

    versions: dict[str, int]
    _connection: Any

    async def rows(self, sql: str, *arguments: object) -> list[Row]:
        """All rows of a query."""
        return await self._connection.fetch(sql, *arguments)

    async def row(self, sql: str, *arguments: object) -> Row | None:
        """The first row of a query, or None."""
        return await self._connection.fetchrow(sql, *arguments)


class Database:
    """The pool. It connects when it is first needed, so that the API starts while PostgreSQL is away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: Any = None

    async def open(self) -> None:
        """Make the pool; no connection yet."""
        settings = self._settings
        self._pool = await asyncpg.create_pool(
            settings.database_url,
            min_size=0,
            max_size=settings.pool_size,
            timeout=settings.acquire_timeout,
            command_timeout=settings.statement_timeout + 1,
            server_settings=session_settings(settings),
            init=decode_json,
        )

    async def close(self) -> None:
        """Close the pool; connections that do not end at once are cut."""
        if self._pool is not None:
            self._pool.terminate()

    @asynccontextmanager
    async def snapshot(self, datasets: Sequence[str] = ()) -> AsyncIterator[Snapshot]:
        """Open one state of the warehouse, together with the versions of the datasets in that state.

        Raises:
            UnavailableError: when no connection can be had in time, or the database goes away.
            RefusedError: when a value of the request cannot be used by a query.
        """
        with translated():
            async with (
                self._pool.acquire(timeout=self._settings.acquire_timeout) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                known = await connection.fetch(read_sql("dataset_versions"), list(datasets))
                versions = dict.fromkeys(datasets, 0) | {row["dataset"]: row["version"] for row in known}
                yield Snapshot(versions, connection)

    async def ping(self) -> None:
        """Ask the database for nothing.

        Raises:
            UnavailableError: when it does not answer.
        """
        with translated():
            async with self._pool.acquire(timeout=self._settings.acquire_timeout) as connection:
                await connection.execute("SELECT")
