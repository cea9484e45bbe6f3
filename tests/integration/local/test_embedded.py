"""`start_services` gives other tests a provisioned warehouse, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from nova_local import provision
from nova_local.credentials import LOGIN_ROLES
from nova_local.embedded import Services, start_services
from nova_local.errors import LocalError


def test_every_role_can_log_in(services: Services) -> None:
    for role in LOGIN_ROLES:
        with psycopg.connect(services.role_url(role)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)


def test_dagsters_role_owns_its_database_and_may_create_tables_there(services: Services) -> None:
    with psycopg.connect(services.role_url("nova_dagster", provision.DAGSTER)) as connection:
        connection.execute("CREATE TABLE public.may (x int)")
        connection.rollback()


def test_the_environment_names_the_driver_that_dagster_needs(services: Services) -> None:
    assert services.environment["DAGSTER_DATABASE_URL"].startswith("postgresql+psycopg2://nova_dagster:")
    assert services.environment["NOVA_API_DATABASE_URL"].startswith("postgresql://nova_api_ro:")


def test_provisioning_twice_changes_nothing(services: Services) -> None:
    provision.provision(services.environment)
    with psycopg.connect(services.role_url("nova_api_ro")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_cannot_be_provisioned_says_why(services: Services) -> None:
    foreign = {**services.environment, "DATABASE_URL": services.role_url("nova_api_ro")}
    with pytest.raises(LocalError, match="DATABASE_URL must be an address of the role nova_pipeline"):
        provision.provision(foreign)


def test_the_servers_leave_nothing(tmp_path: Path) -> None:
    with start_services(tmp_path) as services:
        assert (tmp_path / "postgres").exists()
    assert not (tmp_path / "postgres").exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.superuser_url, connect_timeout=2)
