"""A server of somebody else's becomes Nova's by one command."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from nova_assets.provision import ProvisionError, provision
from tests.conftest import admin_url


@pytest.fixture
def names(services) -> Iterator[tuple[str, str]]:
    made = (f"warehouse_{uuid.uuid4().hex[:8]}", f"dagster_{uuid.uuid4().hex[:8]}")
    yield made
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def addresses(services, names: tuple[str, str]) -> dict[str, str]:
    """As the session's server has them, so that its roles keep their passwords."""
    known = {name: url for name, url in services.environment.items() if "DATABASE_URL" in name}
    del known["NOVA_ADMIN_DATABASE_URL"]
    databases = {name: names["DAGSTER" in name] for name in known}
    return {
        name: make_url(url).set(database=databases[name]).render_as_string(hide_password=False)
        for name, url in known.items()
    }


def test_an_empty_server_gets_databases_tables_and_logins(services, names):
    given = addresses(services, names)
    for _ in range(2):
        provision(admin_url(services, names[0]).replace("postgresql://", "postgresql+psycopg://"), given)
        with psycopg.connect(given["NOVA_API_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM core.dim_item").fetchone() == (0,)
        with psycopg.connect(given["DAGSTER_DATABASE_URL"].replace("+psycopg2", "")) as connection:
            connection.execute("CREATE TABLE public.may (x int)")
            connection.rollback()


@pytest.mark.parametrize(
    ("variable", "user", "password", "message"),
    [
        ("DATABASE_URL", "postgres", "x", "must be an address of the role nova_pipeline, and is of postgres"),
        ("NOVA_API_DATABASE_URL", "nova_api_ro", None, "NOVA_API_DATABASE_URL has no password"),
    ],
)
def test_an_address_that_does_not_fit_is_refused_before_anything_is_made(
    services, names, variable, user, password, message
):
    given = addresses(services, names)
    given[variable] = make_url(given[variable])._replace(username=user, password=password).render_as_string(False)
    with pytest.raises(ProvisionError, match=message):
        provision(admin_url(services, names[0]).replace("postgresql://", "postgresql+psycopg://"), given)
    with psycopg.connect(services.superuser_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_database WHERE datname = ANY(%s)", (list(names),)
        ).fetchone()
    assert found == (0,)
