"""The PostgreSQL warehouse as a Dagster resource: reads as Arrow, writes as publications."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
import psycopg
import pyarrow as pa
from pydantic import PrivateAttr

from nova_assets import publication, settings
from nova_assets.drift import ACCEPT_TAG, Terms
from nova_assets.partitions import Window
from nova_assets.publication import Published, Replacement, Source
from nova_assets.registry import Table


class Warehouse(dg.ConfigurableResource):
    """Connections to the warehouse in the role `nova_pipeline`.

    `url` is a libpq URL. A statement that runs longer than `statement_timeout_seconds` is ended by the server, so that
    a stuck run frees its locks. `work_memory` is what one sort or hash of a
    query may take before it goes to disk: a bulk load needs more than a server allows its many readers.
    """

    url: str
    statement_timeout_seconds: int = 1800
    work_memory: str = "64MB"
    _accepted_drift: str | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Remember what drift of row counts the run accepts, by its tag."""
        self._accepted_drift = context.run.tags.get(ACCEPT_TAG) if context.run else None

    @property
    def terms(self) -> Terms:
        """What row counts are judged by.

        Raises:
            InvalidSettingError: NOVA_SOURCE or the run's tag means nothing.
        """
        return Terms.of(settings.source(), self._accepted_drift)

    @contextmanager
    def connect(self, run_id: str | None = None) -> Iterator[psycopg.Connection]:
        """A connection that names its run to whoever looks at the server's activity."""
        with psycopg.connect(
            self.url,
            autocommit=True,
            application_name=f"dagster {run_id or '-'}"[:63],
            options=f"-c statement_timeout={self.statement_timeout_seconds}s -c work_mem={self.work_memory}"
            " -c timezone=America/Bahia",
        ) as connection:
            yield connection

    def replace_range(
        self,
        table: Table,
        window: Window | None,
        source: Source,
        run_id: str | None = None,
        made_from: Mapping[str, int] | None = None,
    ) -> Published:
        """Replace the rows of `table` in `window` (all rows without one) by `source`, checked, in one transaction.

        `made_from` names versions of what was read outside of the warehouse, for `support.publications`.

        Raises:
            PublicationError: a check failed; the old rows stay.
        """
        return self.replace_ranges([Replacement(table, window, source, made_from=made_from or {})], run_id)[0]

    def replace_ranges(self, replacements: Iterable[Replacement], run_id: str | None = None) -> list[Published]:
        """Replace several tables in one transaction: all of them change or none.

        Raises:
            PublicationError: a check of any table failed; the old rows of all stay.
        """
        with self.connect(run_id) as connection:
            return publication.publish(
                connection, replacements, run_id, self.terms, connect=lambda: self.connect(run_id)
            )

    def refresh(self, view: Table, run_id: str | None = None) -> Published:
        """Bring a materialized view up to date; readers are never blocked."""
        with self.connect(run_id) as connection:
            return publication.refresh(connection, view, run_id, self.terms)

    def query_arrow(self, query: str, parameters: Sequence[Any] = (), *, nested_loops: bool = True) -> pa.Table:
        """The result of a SELECT as an Arrow table. Parameters are $1, $2, …; cast `numeric` to float8 in the query.

        Without `nested_loops` tables are hashed or sorted to be joined. That suits days which were just published: the
        server has no statistics of them, takes them for a row, and would go through all of one for each of the other.
        """
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(self.url) as connection, connection.cursor() as cursor:
            if not nested_loops:
                cursor.execute("SET enable_nestloop = off")
            cursor.execute(query, list(parameters) or None)
            return cursor.fetch_arrow_table()

    def query_batches(self, query: str, days: Sequence[date] = ()) -> Iterator[pa.RecordBatch]:
        """The result of a SELECT as a stream, in bounded memory.

        Days are $1, $2, … as in `query_arrow`; they are written into the query, because with parameters the driver
        would hold all rows at once.
        """
        from adbc_driver_postgresql import dbapi

        for number, day in enumerate(days, start=1):
            query = query.replace(f"${number}", f"DATE '{day}'")
        with dbapi.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            yield from cursor.fetch_record_batch()

    def data_version(self, relation: str) -> int | None:
        """The published version of a table, None before the first publication."""
        with self.connect() as connection:
            row = connection.execute(
                "SELECT version FROM support.dataset_versions WHERE dataset = %s", [relation]
            ).fetchone()
        return row[0] if row else None
