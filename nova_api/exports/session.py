"""Reads of whole listings: connections of their own, few at a time, and never for longer than is permitted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import asyncpg

from nova_api.database import Row, Snapshot, decode_json, session_settings
from nova_api.errors import UnavailableError
from nova_api.settings import Settings
from nova_api.sqlstates import translated
from nova_api.sqltexts import read_sql

CHUNK = 2_000
"""Rows that are held at a time."""


class Session:
    """One export's state of the warehouse, on a connection of its own."""

    def __init__(self, snapshot: Snapshot, connection: Any, closed: Callable[[], None]) -> None:
        """Take the state, its connection, and what to call once it is closed."""
        self.snapshot = snapshot
        self._connection = connection
        self._closed: Callable[[], None] | None = closed

    async def chunks(self, sql: str, *arguments: object) -> AsyncGenerator[list[Row], None]:
        """The rows of a query, by a cursor of the server."""
        with translated():
            cursor = await self._connection.cursor(sql, *arguments)
            while rows := await cursor.fetch(CHUNK):
                yield rows

    def close(self) -> None:
        """End it, finished or not; safe to call again."""
        self._connection.terminate()
        closed, self._closed = self._closed, None
        if closed is not None:
            closed()


class Exports:
    """Opens sessions for exports."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = 0

    async def open(self, datasets: tuple[str, ...]) -> Session:
        """Open one state of the warehouse for as long as an export may take; it is closed then, whoever forgot it.

        Raises:
            UnavailableError: when as many as permitted are open, or the database cannot be reached.
        """
        if self._open >= self._settings.exports:
            raise UnavailableError("as many exports as are permitted are under way", retry_after=5)
        self._open += 1
        with translated(), contextlib.ExitStack() as undo:
            undo.callback(self._one_closed)
            connection = await self._connect()
            undo.callback(connection.terminate)
            await connection.transaction(isolation="repeatable_read", readonly=True).start()
            known = await connection.fetch(read_sql("dataset_versions"), list(datasets))
            versions = dict.fromkeys(datasets, 0) | {row["dataset"]: row["version"] for row in known}
            undo.pop_all()
        timer: asyncio.TimerHandle | None = None

        def closed() -> None:
            if timer is not None:
                timer.cancel()
            self._one_closed()

        session = Session(Snapshot(versions, connection), connection, closed)
        timer = asyncio.get_running_loop().call_later(self._settings.export_timeout, session.close)
        return session

    def _one_closed(self) -> None:
        self._open -= 1

    async def _connect(self) -> asyncpg.Connection:
        milliseconds = str(int(self._settings.export_timeout * 1000))
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=self._settings.acquire_timeout + 1,  # pyright: ignore[reportArgumentType]
            command_timeout=self._settings.export_timeout,
            server_settings=session_settings(self._settings)
            | {
                "application_name": "nova_api export",
                "statement_timeout": milliseconds,
                # A client that reads slowly leaves the transaction idle between two chunks.
                "idle_in_transaction_session_timeout": milliseconds,
            },
        )
        await decode_json(connection)
        return connection
