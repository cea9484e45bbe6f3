"""Arrow tables into PostgreSQL by COPY: new rows, and changes of rows by their R_E_C_N_O_."""

from __future__ import annotations

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

KEY = "r_e_c_n_o_"
CHUNK = 50_000  # rows that are text at the same time


def insert(connection: psycopg.Connection, table: str, rows: pa.Table, *, into_new: bool = False) -> None:
    """Append rows. `into_new`: the table was made in this transaction, so that its rows may be frozen at once."""
    options = sql.SQL("(FORMAT csv, FREEZE)" if into_new else "(FORMAT csv)")
    statement = sql.SQL("COPY {} ({}) FROM STDIN {}").format(
        sql.Identifier(*table.split(".")), columns(rows.column_names), options
    )
    with connection.cursor().copy(statement) as copy:
        for start in range(0, rows.num_rows, CHUNK):
            file = pa.BufferOutputStream()
            # Texts are always quoted: an empty one is blanks for the ERP, nothing at all is null.
            pa_csv.write_csv(rows.slice(start, CHUNK), file, pa_csv.WriteOptions(include_header=False))
            copy.write(file.getvalue())


def change(connection: psycopg.Connection, table: str, rows: pa.Table) -> None:
    """Give the rows with these record numbers the values of the other columns."""
    target = sql.Identifier(*table.split("."))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE changes ON COMMIT DROP AS SELECT {} FROM {} WHERE false").format(
            columns(rows.column_names), target
        )
    )
    insert(connection, "changes", rows)
    connection.execute("ANALYZE changes")
    values = sql.SQL(", ").join(
        sql.SQL("{0} = changes.{0}").format(sql.Identifier(name)) for name in rows.column_names if name != KEY
    )
    connection.execute(
        sql.SQL("UPDATE {0} AS target SET {1} FROM changes WHERE target.{2} = changes.{2}").format(
            target, values, sql.Identifier(KEY)
        )
    )
    connection.execute("DROP TABLE changes")


def columns(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
