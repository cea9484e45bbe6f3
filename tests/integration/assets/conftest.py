"""A warehouse of its own for each test, and a small table to publish to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from nova_assets.registry import Column, Grain, Table
from nova_assets.resources.warehouse import Warehouse
from nova_local.embedded import Services
from tests.conftest import Database, DemoErp, migrated_copy
from tests.support.pipeline import Pipeline, copy_of

READINGS = Table(
    schema="core",
    name="readings",
    group="core",
    meaning="A table to publish to",
    owner="team:tests",
    key=("sensor", "date"),
    grain=Grain.DAILY,
    window_column="date",
    # Tests publish any number of rows.
    drift=None,
    columns=(
        Column("sensor", "text", "Sensor", allowed=("a", "b", "c")),
        Column("date", "date", "Day"),
        Column("value", "double precision", "Value", minimum=0, nullable=True),
        Column("note", "jsonb", "Note", nullable=True),
    ),
)


@pytest.fixture
def warehouse(database: Database) -> Warehouse:
    return Warehouse(url=database.pipeline_url)


@pytest.fixture
def readings(database: Database) -> Table:
    """The table READINGS, partitioned by month, in the test's database."""
    with psycopg.connect(database.admin_url) as connection:
        connection.execute("SET ROLE nova_owner")
        connection.execute(
            "CREATE TABLE core.readings (sensor text, date date, value double precision, note jsonb,"
            " PRIMARY KEY (sensor, date)) PARTITION BY RANGE (date)"
        )
    return READINGS


@pytest.fixture
def reader(database: Database) -> Iterator[psycopg.Connection]:
    """What the API may see: a read-only connection in its role."""
    with psycopg.connect(database.api_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def pipeline(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The warehouse location on the test's database."""
    pipeline = Pipeline(database, tmp_path, monkeypatch)
    yield pipeline
    pipeline.instance.dispose()


@pytest.fixture(scope="session")
def loaded_erp(services: Services, demo_erp: DemoErp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The warehouse with the whole demo ERP in it, loaded once: for tests that only read it."""
    with migrated_copy(services) as database, pytest.MonkeyPatch.context() as patch:
        pipeline = Pipeline(database, tmp_path_factory.mktemp("loaded_erp"), patch)
        pipeline.read_from(demo_erp.sqlalchemy_url)
        pipeline.load_erp()
        patch.undo()  # the settings of the load are not those of the tests that come between
        yield pipeline
        pipeline.instance.dispose()


@pytest.fixture
def pipeline_on_loaded_erp(
    services: Services, loaded_erp: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A copy of the warehouse with the whole demo ERP in it: for a test that loads more, or something else."""
    with copy_of(loaded_erp, services, tmp_path, monkeypatch) as pipeline:
        yield pipeline
