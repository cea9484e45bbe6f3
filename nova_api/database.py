"""The warehouse: snapshots in which rows and versions agree, from a pool that only reads, and transactions that write
from a smaller one of another role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import msgspec

from nova_api.errors import NotWritableError
from nova_api.settings import Settings
from nova_api.sqlstates import translated
from nova_api.sqltexts import read_sql

Row = asyncpg.Record


def session_settings(settings: Settings, *, read_only: bool = True) -> dict[str, str]:
    """What every session of the API sets: it may only read, unless it is one that writes, and not for long."""
    milliseconds = str(int(settings.statement_timeout * 1000))
    return {
        "application_name": "nova_api",
        "default_transaction_read_only": "on" if read_only else "off",
        "idle_in_transaction_session_timeout": milliseconds,
        "jit": "off",
        "pg_trgm.word_similarity_threshold": "0.45",
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


async def _leave(connection: asyncpg.Connection) -> None:
    """Nothing is to be reset."""


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
    """The pools. They connect when they are first needed, so that the API starts while PostgreSQL is away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: Any = None
        self._writing: Any = None

    @property
    def writes(self) -> bool:
        """Whether there is a pool that writes."""
        return self._settings.write_database_url is not None

    async def open(self) -> None:
        """Make the pools; no connection yet."""
        settings = self._settings
        self._pool = await self._make_pool(settings.database_url, settings.pool_size, read_only=True)
        if settings.write_database_url is not None:
            self._writing = await self._make_pool(
                settings.write_database_url, settings.write_pool_size, read_only=False
            )

    async def _make_pool(self, url: str, size: int, *, read_only: bool) -> Any:
        settings = self._settings
        return await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            timeout=settings.acquire_timeout,
            command_timeout=settings.statement_timeout + 1,
            server_settings=session_settings(settings, read_only=read_only),
            init=decode_json,
            # A transaction that only reads leaves nothing behind: asking the server to forget it would be one more
            # round trip for each answer.
            reset=_leave if read_only else None,
        )

    async def close(self) -> None:
        """Close the pools; connections that do not end at once are cut."""
        for pool in (self._pool, self._writing):
            if pool is not None:
                pool.terminate()

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

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Any]:
        """A transaction of the role that writes: an asyncpg connection, committed at the end, rolled back by any error.

        Args:
            read_only: for what only this role may read.

        Raises:
            NotWritableError: when the API was given no address to write to.
            UnavailableError: when no connection can be had in time, or the database goes away.
            RefusedError: when a value of the request cannot be used by a query.
        """
        if self._writing is None:
            raise NotWritableError("this API was started to read only: NOVA_API_WRITE_DATABASE_URL is not set")
        with translated():
            async with (
                self._writing.acquire(timeout=self._settings.acquire_timeout) as connection,
                connection.transaction(readonly=read_only),
            ):
                yield connection

    async def ping(self) -> None:
        """Ask the database for nothing.

        Raises:
            UnavailableError: when it does not answer.
        """
        with translated():
            async with self._pool.acquire(timeout=self._settings.acquire_timeout) as connection:
                await connection.execute("SELECT")
