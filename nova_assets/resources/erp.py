"""The ERP as a Dagster resource: reads one extract of one window as a stream of Arrow batches, in bounded memory.

Any database that SQLAlchemy speaks to will do. PostgreSQL is read through ADBC, which hands over Arrow without a Python
object per value; all others through a server-side cursor.
"""

from collections.abc import Iterator
from contextlib import closing

import dagster as dg
import pyarrow as pa
import sqlalchemy as sa
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
        statement_timeout_seconds: how long one query may run, where the database can be told.
    """

    url: str
    system: str = "protheus"
    statement_timeout_seconds: int = 900

    def batches(self, extract: str, window: Window | None) -> Iterator[pa.RecordBatch]:
        """The rows of `sql/erp/<system>/<extract>.sql` as text columns, batch by batch.

        The query names its window :first and :last; both are given as text `YYYYMMDD`.

        Raises:
            ErpError: no connection, no permission, or a table or column that is not there (named in the message).
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
            if isinstance(error, GeneratorExit):
                raise
            raise ErpError(f"The ERP extract “{extract}” failed: {_reason(error)}") from error

    def _through_adbc(self, url: URL, query: str, days: dict[str, str]) -> Iterator[pa.RecordBatch]:
        from adbc_driver_postgresql import dbapi

        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        statement = _with_literals(query, days)
        with closing(dbapi.connect(plain, autocommit=True)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("SET default_transaction_read_only = on")
            cursor.execute(f"SET statement_timeout = '{self.statement_timeout_seconds}s'")
            cursor.execute(statement)
            yield from cursor.fetch_record_batch()

    def _through_cursor(self, url: URL, query: str, days: dict[str, str]) -> Iterator[pa.RecordBatch]:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        try:
            with engine.connect().execution_options(stream_results=True, yield_per=BATCH_ROWS) as connection:
                result = connection.execute(sa.text(query), days)
                names = list(result.keys())
                for rows in result.partitions():
                    columns = zip(*rows, strict=True)
                    yield pa.record_batch(
                        [pa.array([None if v is None else str(v) for v in column], pa.string()) for column in columns],
                        names=names,
                    )
        finally:
            engine.dispose()


def _with_literals(query: str, days: dict[str, str]) -> str:
    """The query with its days, which are digits, written in: with parameters the driver would hold all rows at once."""
    for name, value in days.items():
        query = query.replace(f":{name}", f"'{value}'")
    return query


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return str(original).strip().splitlines()[0]
