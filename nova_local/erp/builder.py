"""Building the demo ERP from nothing, and letting further days happen. Either is one transaction.

The history of a size and a seed is one and the same: what is built up to a day and advanced by ten is what is built up
to the tenth day after it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg

from nova_local.erp import database
from nova_local.erp.database import RECIPE, Summary
from nova_local.erp.scales import DEFAULT_SIZE, LAST_DAY, scale_of
from nova_local.errors import LocalError

SEED = 7
LOCK = 7_355_608  # advisory, of this database: one builder at a time

Note = Callable[[str], None]


def silent(_: str) -> None:
    """Tell nobody."""


def build(
    superuser_url: str,
    password: str,
    size: str = DEFAULT_SIZE,
    seed: int = SEED,
    last_day: date = LAST_DAY,
    *,
    branches: int = 1,
    anew: bool = False,
    note: Note = silent,
) -> Summary:
    """Fill the database `erp` with the company of this size and seed up to `last_day`, in the books of so many
    branches, and let the role `nova_erp_ro` log in with `password` and read it.

    What is there already with this size, seed and branches is kept, and advanced when it ends before `last_day`;
    `anew` builds in any case. Raises `LocalError` for an unknown size, more branches than the company has states, or a
    last day before the company's first.
    """
    from nova_local.erp.places import states_of  # brings numpy, as in `build_tables`

    scale = scale_of(size)
    if not 1 <= branches <= len(states_of(scale)):
        raise LocalError(f"the {size} demo ERP has 1 to {len(states_of(scale))} branches, one for each state at most")
    if last_day < scale.first_day:
        raise LocalError(f"the {size} demo ERP begins on {scale.first_day}: its last day cannot be {last_day}")
    database.create(superuser_url, password)
    with psycopg.connect(database.erp_url(superuser_url)) as connection:
        lock(connection)
        known = (
            database.is_built(connection)
            and database.is_current(connection)
            and connection.execute(
                "SELECT last_day FROM truth.run WHERE (size, seed, branches, first_day) = (%s, %s, %s, %s)",
                [size, seed, branches, scale.first_day],
            ).fetchone()
        )
        if not known or anew:
            build_tables(connection, size, seed, branches, last_day, note)
        elif known[0] < last_day:
            add_days(connection, (last_day - known[0]).days, note)
        return database.count(connection)


def advance(superuser_url: str, days: int, *, note: Note = silent) -> Summary:
    """Let `days` more days happen: new rows, late ones, corrections and deletions of those before.

    Raises `LocalError` when there is no demo ERP, or one that other rules made.
    """
    if days < 1:
        raise LocalError("time goes forward only: --days must be at least 1")
    if not database.exists(superuser_url):
        raise LocalError("there is no demo ERP yet: `nova demo reset` builds it")
    with psycopg.connect(database.erp_url(superuser_url)) as connection:
        lock(connection)
        database.require_current(connection)
        add_days(connection, days, note)
        return database.count(connection)


def lock(connection: psycopg.Connection) -> None:
    connection.execute("SET LOCAL timezone = 'UTC'")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def build_tables(
    connection: psycopg.Connection, size: str, seed: int, branches: int, last_day: date, note: Note
) -> None:
    # numpy and Arrow take as long to import as all other commands together take to run
    from nova_local.erp.state import first_state, pack
    from nova_local.erp.world import make_world
    from nova_local.erp.writer import Writer

    world = make_world(scale_of(size), seed, branches)
    state = first_state(world)
    database.drop_tables(connection)
    run_script(connection, "protheus.sql")
    run_script(connection, "truth.sql")
    writer = Writer(connection, world, note)
    writer.fill(state, (last_day - world.scale.first_day).days + 1)
    run_script(connection, "indexes.sql")
    writer.finish(state)
    connection.execute(
        "INSERT INTO truth.run (recipe, size, seed, branches, first_day, last_day, state)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [RECIPE, size, seed, branches, world.scale.first_day, last_day, pack(state)],
    )
    database.grant(connection)
    connection.execute("ANALYZE")


def add_days(connection: psycopg.Connection, days: int, note: Note) -> None:
    from nova_local.erp.state import pack, unpack
    from nova_local.erp.world import make_world
    from nova_local.erp.writer import Writer

    run = connection.execute("SELECT size, seed, branches, last_day, state FROM truth.run").fetchone()
    assert run is not None
    size, seed, branches, last_day, content = run
    world, state = make_world(scale_of(size), seed, branches), unpack(content)
    writer = Writer(connection, world, note)
    writer.go_on(state, days)
    connection.execute("UPDATE truth.run SET last_day = %s, state = %s", [last_day + timedelta(days=days), pack(state)])


def run_script(connection: psycopg.Connection, name: str) -> None:
    connection.execute(Path(__file__).with_name(name).read_bytes())
