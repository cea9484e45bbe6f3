"""The ERP as a Dagster resource: reads one extract of one window as a stream of Arrow batches, in bounded memory.

Any database that SQLAlchemy speaks to will do. PostgreSQL is read through ADBC, which hands over Arrow without a Python
object per value; all others through a server-side cursor.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing

import dagster as dg
import pyarrow as pa
import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import URL, make_url

from nova_assets.partitions import Window
from nova_assets.sqlfiles import read_sql

BATCH_ROWS = 50_000


class ErpError(Exception):
    """The ERP cannot be read; the message says what is wrong, and the previous load stays served."""


class Erp(dg.ConfigurableResource):
    """Connections to the ERP, read-only.

    Attributes:
        url: SQLAlchemy URL; credentials come from the environment only.
        system: folder of `sql/erp/` with the queries of the system.
        branches: codes of the branches to read; none: all. Codes of the first stay as the ERP has them, those of others
            get their branch before them. Where none is named, the first is the one of the lowest code.
        statement_timeout_seconds: how long one query may run, where the database can be told.
    """

    url: str
    system: str = "protheus"
    branches: list[str] = Field(default_factory=list)
    statement_timeout_seconds: int = 900

    def batches(self, extract: str, window: Window | None) -> Iterator[pa.RecordBatch]:
        """The rows of `sql/erp/<system>/<extract>.sql` as text columns, batch by batch.

        The query names its window :first and :last; both are given as text `YYYYMMDD`. Where the system has branches,
        it names those to read :branches, as text `,01,02` (empty: all), and the first of them :home.

        Raises:
            ErpError: no connection, no permission, a branch, table or column that is not there (named in the message).
        """
        if not self.url:
            raise ErpError("ERP_URL is not set: it must be the SQLAlchemy URL of the ERP's database.")
        query = read_sql(f"erp/{self.system}/{extract}.sql")
        days = {"first": f"{window.first:%Y%m%d}", "last": f"{window.last:%Y%m%d}"} if window else {}
        url = make_url(self.url)
        read = self._through_adbc if url.get_backend_name() == "postgresql" else self._through_cursor
        try:
            yield from read(url, query, days)
        except Exception as error:
            if isinstance(error, (GeneratorExit, ErpError)):
                raise
            raise ErpError(f"The ERP extract “{extract}” failed: {_reason(error)}") from error

    def _through_adbc(self, url: URL, query: str, days: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
        from adbc_driver_postgresql import dbapi

        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(dbapi.connect(plain, autocommit=True)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("SET default_transaction_read_only = on")
            cursor.execute(f"SET statement_timeout = '{self.statement_timeout_seconds}s'")

            def codes(branches: str) -> list[str]:
                cursor.execute(branches)
                return [code for (code,) in cursor.fetchall()]

            scope = self._scope(query, codes)
            for name, value in scope.items():
                cursor.execute("SELECT set_config($1, $2, false)", (f"nova.{name}", value))
                cursor.fetchall()
            cursor.execute(_with_settings(_with_literals(query, days), scope))
            yield from cursor.fetch_record_batch()

    def _through_cursor(self, url: URL, query: str, days: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                scope = self._scope(query, lambda branches: list(connection.scalars(sa.text(branches))))
                streaming = connection.execution_options(stream_results=True, yield_per=BATCH_ROWS)
                result = streaming.execute(sa.text(query), {**days, **scope})
                names = list(result.keys())
                for rows in result.partitions():
                    columns = zip(*rows, strict=True)
                    yield pa.record_batch(
                        [pa.array([None if v is None else str(v) for v in column], pa.string()) for column in columns],
                        names=names,
                    )
        finally:
            engine.dispose()

    def _scope(self, query: str, codes: Callable[[str], Sequence[str]]) -> dict[str, str]:
        """Values of :branches and :home, where the query names them; `codes` reads those that the ERP has.

        Raises:
            ErpError: the ERP has no such branch, or the system's queries know of none.
        """
        if ":branches" not in query:
            if self.branches:
                raise ErpError(f"NOVA_ERP_BRANCHES is set, but the queries of {self.system} tell no branches apart.")
            return {}
        known = sorted(codes(read_sql(f"erp/{self.system}/branches.sql")))
        unknown = [branch for branch in self.branches if branch not in known]
        if unknown:
            raise ErpError(
                f"NOVA_ERP_BRANCHES names {', '.join(unknown)}, but the ERP's branches are {', '.join(known)}."
            )
        read = [*self.branches, *known]
        return {"branches": "".join(f",{branch}" for branch in self.branches), "home": read[0] if read else ""}


def _with_literals(query: str, days: Mapping[str, str]) -> str:
    """The query with its days, which are digits, written in: with parameters the driver would hold all rows at once."""
    for name, value in days.items():
        query = query.replace(f":{name}", f"'{value}'")
    return query


def _with_settings(query: str, names: Iterable[str]) -> str:
    """The query with these parameters read from the session's settings, to which they were bound; once, not by row."""
    for name in names:
        query = query.replace(f":{name}", f"(SELECT current_setting('nova.{name}'))")
    return query


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return str(original).strip().splitlines()[0]
