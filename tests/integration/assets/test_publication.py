"""Publishing: atomic, idempotent, checked before it is seen, bounded by its window, one writer at a time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import dagster as dg
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from nova_assets.drift import Terms
from nova_assets.operations.publication_retention import delete_older, publication_retention
from nova_assets.partitions import Window
from nova_assets.publication import PublicationError, Query, Replacement, Stream, candidates, publish
from nova_assets.publication.copying import copy_arrow
from nova_assets.resources.warehouse import Warehouse
from tests.conftest import Database

YEAR = Window(date(2024, 1, 1), date(2024, 12, 31))
Row = tuple[str, date, float | None]

SCHEMA = pa.schema([("sensor", pa.string()), ("date", pa.date32()), ("value", pa.float64()), ("note", pa.string())])
days = st.dates(YEAR.first, YEAR.last)
rows = st.dictionaries(st.tuples(st.sampled_from("abc"), days), st.none() | st.floats(0, 1e6), max_size=25)
windows = st.tuples(days, st.integers(0, 120)).map(
    lambda pair: Window(pair[0], min(pair[0] + timedelta(days=pair[1]), YEAR.last))
)
real_database = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def arrow(values: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"sensor": s, "date": d, "value": v, "note": json.dumps({"of": s})} for s, d, v in values], SCHEMA
    )


def inside(values: dict[tuple[str, date], float | None], window: Window) -> set[Row]:
    return {(sensor, day, value) for (sensor, day), value in values.items() if day in window}


def stored(connection: psycopg.Connection) -> set[Row]:
    return {(row[0], row[1], row[2]) for row in connection.execute("SELECT sensor, date, value FROM core.readings")}


def version(connection: psycopg.Connection) -> tuple[int, int]:
    row = connection.execute("SELECT version, row_count FROM support.dataset_versions").fetchone()
    assert row
    return row


@given(before=rows, after=rows, window=windows)
@real_database
def test_a_window_is_replaced_and_nothing_outside_it_is_touched(warehouse, readings, reader, before, after, window):
    warehouse.replace_range(readings, YEAR, arrow(inside(before, YEAR)))
    warehouse.replace_range(readings, window, arrow(inside(after, window)))
    untouched = inside(before, YEAR) - inside(before, window)
    assert stored(reader) == untouched | inside(after, window)
    assert version(reader)[1] == len(stored(reader))


def test_chunks_without_rows_between_others_are_no_rows(warehouse, readings, reader):
    one, two = arrow([("a", date(2024, 1, 1), 1.0)]), arrow([("b", date(2024, 1, 2), 2.0)])
    nothing = one.slice(0, 0)
    warehouse.replace_range(readings, YEAR, pa.concat_tables([nothing, one, nothing, two, nothing]))
    assert stored(reader) == {("a", date(2024, 1, 1), 1.0), ("b", date(2024, 1, 2), 2.0)}


@given(values=rows, window=windows)
@real_database
def test_the_same_range_twice_gives_the_same_table_and_the_same_version(warehouse, readings, reader, values, window):
    first = warehouse.replace_range(readings, window, arrow(inside(values, window)), run_id="one")
    table = stored(reader)
    again = warehouse.replace_range(readings, window, arrow(inside(values, window)), run_id="two")
    assert stored(reader) == table
    assert (again.changed, again.version) == (False, first.version)
    assert reader.execute("SELECT run_id FROM support.dataset_versions").fetchone() == ("two",)


JANUARY = Window(date(2024, 1, 1), date(2024, 1, 31))
GOOD: list[Row] = [("a", date(2024, 1, 5), 1.0), ("b", date(2024, 1, 6), None)]


refused_rows = pytest.mark.parametrize(
    ("bad", "check"),
    [
        ([("a", date(2024, 1, 7), 1.0), ("a", date(2024, 1, 7), 2.0)], "key_is_unique"),
        ([(None, date(2024, 1, 7), 1.0)], "no_nulls"),
        ([("z", date(2024, 1, 7), 1.0)], "allowed_values"),
        ([("a", date(2024, 1, 7), -1.0)], "within_bounds"),
        ([("a", date(2024, 1, 7), float("nan"))], "within_bounds"),
        ([("a", date(2024, 2, 1), 1.0)], "inside_window"),
    ],
)


@refused_rows
def test_a_failing_check_names_the_rows_and_leaves_the_old_ones(warehouse, readings, reader, bad, check):
    warehouse.replace_range(readings, JANUARY, arrow(GOOD))
    with pytest.raises(PublicationError, match=f"core.readings: {check}: . offending rows") as refused:
        warehouse.replace_range(readings, JANUARY, arrow(bad))
    assert [r.name for r in refused.value.results["core.readings"] if not r.passed] == [check]
    assert stored(reader) == set(GOOD)
    assert version(reader) == (1, 2)


@refused_rows
def test_a_first_load_that_fails_a_check_names_the_rows_too_and_leaves_nothing(warehouse, readings, reader, bad, check):
    load = Stream(lambda: iter([arrow(GOOD), arrow(bad)]))
    with pytest.raises(PublicationError, match=f"core.readings: {check}: . offending rows") as refused:
        warehouse.replace_range(readings, JANUARY, load)
    assert [r.name for r in refused.value.results["core.readings"] if not r.passed] == [check]
    assert stored(reader) == set()


def test_a_first_load_is_published_like_every_other(warehouse, readings, reader):
    load = Stream(lambda: iter([arrow([]), arrow(GOOD[:1]), arrow(GOOD[1:])]))
    first = warehouse.replace_range(readings, YEAR, load)
    assert (first.changed, first.rows, first.total_rows) == (True, 2, 2)
    assert first.rows_by_date == {date(2024, 1, 5): 1, date(2024, 1, 6): 1}
    assert all(result.passed for result in first.checks)
    assert stored(reader) == set(GOOD)
    again = warehouse.replace_range(readings, YEAR, load)
    assert (again.changed, again.version) == (False, first.version)
    assert again.checks == first.checks


def test_a_first_load_of_nothing_makes_no_partition(warehouse, readings, reader):
    assert warehouse.replace_range(readings, YEAR, Stream(lambda: iter([arrow([])]))).changed is False
    assert reader.execute(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'core.readings'::regclass"
    ).fetchone() == (0,)


def test_days_that_are_made_each_by_itself_are_the_same_month_by_month(warehouse, readings, reader):
    query = Query(
        "SELECT 'a' AS sensor, day::date AS date, extract(doy FROM day)::float AS value, NULL::jsonb AS note"
        " FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day"
    )
    by_month = replace(readings, day_by_day=True)
    days = Window(date(2024, 1, 17), date(2024, 4, 3))
    first = warehouse.replace_range(by_month, days, query)
    assert (first.rows, len(stored(reader))) == (78, 78)
    assert warehouse.replace_range(by_month, days, query).changed is False
    assert warehouse.replace_range(readings, days, query).changed is False


BY_DAY = """
    SELECT sensor, day::date AS date, 1.0::float AS value, NULL::jsonb AS note
    FROM unnest(%(sensors)s::text[]) AS sensor
    CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day
"""


@pytest.mark.parametrize(
    ("sensors", "check", "offending"), [(["a", "a"], "key_is_unique", 366), (["z"], "allowed_values", 366)]
)
def test_months_that_fail_a_check_leave_neither_rows_nor_what_was_made_beside_the_table(
    warehouse, readings, reader, database, sensors, check, offending
):
    by_month = replace(readings, day_by_day=True)
    with pytest.raises(PublicationError) as refused:
        warehouse.replace_range(by_month, YEAR, Query(BY_DAY, {"sensors": sensors}))
    [failed] = [result for result in refused.value.results["core.readings"] if not result.passed]
    assert (failed.name, failed.offending_rows, len(failed.examples)) == (check, offending, candidates.EXAMPLES)
    assert stored(reader) == set()
    assert beside(database) == 0


def beside(database: Database) -> int:
    """Tables that first loads have left beside those they load."""
    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'candidate'::regnamespace"
        ).fetchone()
    return row[0] if row else 0


@pytest.mark.parametrize(
    "load", [Stream(lambda: iter([arrow(GOOD)])), Query(BY_DAY, {"sensors": ["a", "b"]})], ids=["stream", "query"]
)
def test_months_of_a_first_load_are_like_all_others_and_the_planner_knows_them(warehouse, readings, reader, load):
    """Until the planner is told of new rows it takes them for one, and reads what it joins with row by row."""
    first = warehouse.replace_range(replace(readings, day_by_day=True), YEAR, load)
    told = reader.execute(
        "SELECT sum(reltuples) FROM pg_class INNER JOIN pg_inherits ON inhrelid = oid"
        " WHERE inhparent = 'core.readings'::regclass"
    ).fetchone()
    assert told == (first.rows,)
    own = reader.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid IN (SELECT inhrelid FROM pg_inherits"
        " WHERE inhparent = 'core.readings'::regclass) AND contype = 'c' AND conislocal"
    ).fetchall()
    assert own == []


def test_what_a_first_load_that_broke_off_left_is_dropped_by_the_next(warehouse, readings, reader, database):
    with psycopg.connect(database.pipeline_url) as connection:
        connection.execute("SELECT support.make_candidate('core.readings'::regclass, %s, %s)", [YEAR.first, YEAR.last])
        connection.execute("INSERT INTO candidate.core_readings VALUES ('c', '2024-01-09', 1)")
    warehouse.replace_range(readings, YEAR, Stream(lambda: iter([arrow(GOOD)])))
    assert stored(reader) == set(GOOD)
    assert beside(database) == 0


def test_a_table_that_was_emptied_is_loaded_into_months_anew(warehouse, readings, reader):
    warehouse.replace_range(readings, YEAR, arrow(GOOD))
    warehouse.replace_range(readings, YEAR, arrow([]))
    warehouse.replace_range(readings, YEAR, Stream(lambda: iter([arrow(GOOD)])))
    assert stored(reader) == set(GOOD)
    assert warehouse.replace_range(readings, JANUARY, arrow(GOOD)).changed is False


@contextmanager
def before_the_version_is_recorded(act: Callable[[], None]) -> Iterator[None]:
    """Act when all is done of a publication but the last step."""
    original = candidates.record

    def record(*arguments, **options):
        act()
        return original(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "record", record)
        yield


def test_nobody_waits_for_a_first_load(warehouse, readings, reader):
    reader.execute("SET lock_timeout = '1s'")
    seen = []

    def rows():
        yield arrow(GOOD)
        seen.append(stored(reader))

    with before_the_version_is_recorded(lambda: seen.append(stored(reader))):
        warehouse.replace_range(readings, YEAR, Stream(rows))
    assert seen == [set(), set()]
    assert stored(reader) == set(GOOD)


def test_a_query_that_fails_leaves_the_old_rows(warehouse, readings, reader):
    warehouse.replace_range(readings, JANUARY, arrow(GOOD))
    query = Query("SELECT 'a' AS sensor, %(first)s::date AS date, 1 / 0 AS value, NULL::jsonb AS note")
    with pytest.raises(psycopg.errors.DivisionByZero):
        warehouse.replace_range(readings, JANUARY, query)
    assert stored(reader) == set(GOOD)


def test_several_tables_change_together_or_not_at_all(warehouse, readings, reader, database):
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET ROLE nova_owner")
        connection.execute("CREATE TABLE core.copies (LIKE core.readings)")
    copies = replace(readings, name="copies")
    bad = [("a", date(2024, 1, 7), -1.0)]
    with pytest.raises(PublicationError):
        warehouse.replace_ranges(
            [Replacement(readings, JANUARY, arrow(GOOD)), Replacement(copies, JANUARY, arrow(bad))]
        )
    assert stored(reader) == set()
    warehouse.replace_ranges([Replacement(readings, JANUARY, arrow(GOOD)), Replacement(copies, JANUARY, arrow(GOOD))])
    assert reader.execute("SELECT count(*) FROM core.copies").fetchone() == (2,)


def test_every_publication_is_an_event_of_the_audit_log_in_its_own_transaction(warehouse, readings, database):
    warehouse.replace_range(readings, JANUARY, arrow(GOOD), run_id="run-1")
    with pytest.raises(PublicationError):
        warehouse.replace_range(readings, JANUARY, arrow([("a", date(2024, 1, 7), -1.0)]), run_id="run-2")
    with psycopg.connect(database.admin_url, autocommit=True) as administrator:
        events = administrator.execute(
            "SELECT action, actor, subject_kind, subject_id, details->>'version', details->>'rows', details->>'run_id'"
            " FROM support.audit_logs INNER JOIN support.publications"
            " ON (details->>'publication_id')::bigint = publication_id ORDER BY at"
        ).fetchall()
        common = ("nova_pipeline", "dataset", readings.relation)
        assert events == [
            ("dataset.published", *common, "1", "2", "run-1"),
            ("dataset.refused", *common, None, "1", "run-2"),
        ]
        administrator.execute("REVOKE INSERT ON support.audit_logs FROM nova_pipeline")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            warehouse.replace_range(readings, JANUARY, arrow([("c", date(2024, 1, 9), 3.0)]))
        assert administrator.execute(
            "SELECT version, row_count FROM support.dataset_versions WHERE dataset = %s", [readings.relation]
        ).fetchone() == (1, 2)


def test_null_the_empty_string_quotes_and_line_breaks_survive_the_copy(warehouse, database):
    text = ["", None, '"', "a,b\nc", "ação", "\\N"]
    with warehouse.connect() as connection:
        connection.execute("CREATE TEMPORARY TABLE kept (n integer, t text)")
        copy_arrow(
            connection,
            sql.Identifier("kept"),
            [pa.table({"n": pa.array(range(len(text))), "t": pa.array(text, pa.string())})],
        )
        assert [row[0] for row in connection.execute("SELECT t FROM kept ORDER BY n")] == text


STEPS = (
    "candidate_readings",
    "ANALYZE",
    "make_month_partitions",
    "DELETE FROM",
    "INSERT INTO",
    "dataset_versions",
    "notify",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_writer_killed_at_any_step_leaves_the_old_rows(warehouse, readings, reader, database, step, monkeypatch):
    warehouse.replace_range(readings, JANUARY, arrow(GOOD))
    killed = []

    class Killed(psycopg.Connection):
        def execute(self, query, *arguments, **options):
            text = query if isinstance(query, str) else query.as_string(self)
            if step in text and not killed:
                killed.append(self.info.backend_pid)
                with psycopg.connect(database.admin_url, autocommit=True) as administrator:
                    administrator.execute("SELECT pg_terminate_backend(%s)", killed)
            return super().execute(query, *arguments, **options)  # pyright: ignore[reportCallIssue, reportArgumentType]

    with pytest.raises(psycopg.OperationalError), Killed.connect(database.pipeline_url) as connection:
        publish(
            connection,
            [Replacement(readings, JANUARY, arrow([("c", date(2024, 1, 9), 3.0)]))],
            None,
            Terms(),
            lambda: Killed.connect(database.pipeline_url),
        )
    assert killed
    assert stored(reader) == set(GOOD)
    assert version(reader) == (1, 2)
    assert warehouse.replace_range(readings, JANUARY, arrow(GOOD)).changed is False


def test_overlapping_writers_take_turns_and_the_table_is_one_of_theirs(warehouse, readings, reader):
    windows = [Window(date(2024, 1, 1 + n), date(2024, 3, 1 + n)) for n in range(8)]
    errors = []

    def write(n: int, window: Window) -> None:
        values = [
            (sensor, window.first + timedelta(days=offset), float(n))
            for offset in range((window.last - window.first).days + 1)
            for sensor in "abc"
        ]
        try:
            warehouse.replace_range(readings, window, arrow(values))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(windows)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    table = stored(reader)
    assert version(reader) == (8, len(table))
    by_day: dict[date, set[float | None]] = {}
    for _, day, value in table:
        by_day.setdefault(day, set()).add(value)
    assert all(len(values) == 1 for values in by_day.values()), "a day holds rows of two writers"


def test_listeners_hear_of_a_new_version_after_the_commit_and_never_of_a_refused_one(warehouse, readings, database):
    with psycopg.connect(database.api_url, autocommit=True) as listener:
        listener.execute("LISTEN nova_versions")
        warehouse.replace_range(readings, JANUARY, arrow(GOOD))
        with pytest.raises(PublicationError):
            warehouse.replace_range(readings, JANUARY, arrow([("z", date(2024, 1, 7), 1.0)]))
        heard = [notification.payload for notification in listener.notifies(timeout=0.5)]
    assert heard == ["core.readings:1"]


def test_a_reader_in_the_middle_of_a_publication_sees_the_old_rows(warehouse, readings, reader):
    warehouse.replace_range(readings, JANUARY, arrow(GOOD))
    seen = []
    with before_the_version_is_recorded(lambda: seen.append(stored(reader))):
        warehouse.replace_range(readings, JANUARY, arrow([("c", date(2024, 1, 9), 3.0)]))
    assert seen == [set(GOOD)]
    assert stored(reader) == {("c", date(2024, 1, 9), 3.0)}


def test_old_publications_are_deleted_but_for_the_latest_of_each_table(warehouse, readings, database):
    for value in (1.0, 2.0, 3.0):
        warehouse.replace_range(readings, JANUARY, arrow([("a", date(2024, 1, 9), value)]))
    with pytest.raises(PublicationError):
        warehouse.replace_range(readings, JANUARY, arrow([("z", date(2024, 1, 9), 1.0)]))
    with psycopg.connect(database.admin_url) as administrator:
        administrator.execute("UPDATE support.publications SET published_at = now() - interval '401 days'")
    result = dg.materialize([publication_retention], resources={"warehouse": warehouse})
    metadata = result.asset_materializations_for_node("operations__publication_retention")[0].metadata
    assert (metadata["rows_before"].value, metadata["rows_deleted"].value, metadata["rows_after"].value) == (4, 3, 1)
    with warehouse.connect() as connection:
        assert connection.execute("SELECT version FROM support.publications").fetchall() == [(3,)]
        assert delete_older(connection, timedelta(0)) == 0


def test_a_whole_table_needs_no_window_and_a_partitioned_one_does(readings):
    with pytest.raises(ValueError, match="by a window"):
        Replacement(readings, None, arrow(GOOD))


def test_the_warehouse_names_its_run_to_the_server(database):
    with Warehouse(url=database.pipeline_url).connect("run-42") as connection:
        assert connection.execute("SHOW application_name").fetchone() == ("dagster run-42",)
        assert connection.execute("SHOW statement_timeout").fetchone() == ("30min",)
