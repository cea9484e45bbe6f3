"""Lets days happen and writes their rows, in memory that does not grow with the number of days."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pyarrow as pa
from pyarrow.compute import call_function

from nova_local.erp import load, registers
from nova_local.erp.builder import Note
from nova_local.erp.frames import concat, latest
from nova_local.erp.rows import CHANGES, INSERTS, TABLES
from nova_local.erp.simulation import live
from nova_local.erp.state import State
from nova_local.erp.today import SECONDS, Ledger
from nova_local.erp.world import EPOCH, World

ENOUGH = 200_000  # new rows that are kept in memory before they are written


class Writer:
    """Rows go to the database in batches; changes of older rows wait for the end, when the last of them counts."""

    def __init__(self, connection: psycopg.Connection, world: World, note: Note) -> None:
        self.connection, self.world, self.note = connection, world, note
        self.ledger = Ledger()

    def fill(self, state: State, days: int) -> None:
        """The first `days` days, into tables that this transaction made; `finish` follows when they have keys."""
        self.live(state, days, into_new=True)
        for table, rows in (
            ("sbm010", registers.group_rows(self.world)),
            ("sb1010", registers.item_rows(self.world, state)),
            ("sb2010", registers.balance_rows(self.world, state)),
            ("sa2010", registers.supplier_rows(self.world)),
            ("nnr010", registers.place_rows(self.world)),
            ("sf4010", registers.entry_rows(self.world)),
            ("truth.items", registers.true_items(self.world)),
            ("truth.suppliers", registers.true_suppliers(self.world)),
            ("truth.contracts", registers.true_contracts(self.world)),
        ):
            load.insert(self.connection, table, rows, into_new=True)

    def finish(self, state: State) -> None:
        """Write the changes, and what the truth says of the last day."""
        for table, frames in self.ledger.changes.items():
            rows = CHANGES[table](self.world, latest(concat(frames), "recno"))
            load.change(self.connection, TABLES.get(table, table), rows)
        self.connection.execute("TRUNCATE truth.shelves, truth.dirt")
        load.insert(self.connection, "truth.shelves", registers.true_shelves(self.world, state))
        load.insert(self.connection, "truth.dirt", registers.true_dirt(self.world, state))

    def go_on(self, state: State, days: int) -> None:
        """The next `days` days, into tables that have rows and keys."""
        before = (state.day + 1) * SECONDS
        self.live(state, days, into_new=False)
        self.finish(state)
        load.change(self.connection, "sb1010", changed(registers.item_rows(self.world, state), before))
        load.change(self.connection, "sb2010", changed(registers.balance_rows(self.world, state), before))

    def live(self, state: State, days: int, *, into_new: bool) -> None:
        for left in range(days - 1, -1, -1):
            live(self.world, state, self.ledger)
            if len(self.ledger) > ENOUGH or not left:
                self.write_inserts(into_new)
                self.note(f"{EPOCH + timedelta(days=state.day)}: {state.counters['sd3010']:,} movements")

    def write_inserts(self, into_new: bool) -> None:
        for table, frames in self.ledger.inserts.items():
            whole = concat(frames)
            for target, rows_of in INSERTS[table].items():
                load.insert(self.connection, TABLES.get(target, target), rows_of(self.world, whole), into_new=into_new)
        self.ledger.inserts.clear()


def changed(rows: pa.Table, since: int) -> pa.Table:
    """The rows whose stamp is not before `since`, in seconds from 1970."""
    limit = pa.scalar(since, pa.timestamp("s", "UTC"))
    return rows.filter(call_function("greater_equal", [rows["s_t_a_m_p_"], limit]))
