"""Makes a PostgreSQL server ready for Nova: `python -m nova_assets.provision`.

In the administrator's name (NOVA_ADMIN_DATABASE_URL): both databases when they are absent, the migrations, and the
roles, which log in with the passwords that the addresses of the other parts name. Run again it changes nothing, but for
passwords that have changed, so that it is also the first step of an upgrade and the way to rotate a password.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import conninfo, sql
from sqlalchemy import make_url

from nova_assets.migrations import upgrade
from nova_assets.settings import MissingSettingError, admin_database_url

MAINTENANCE = "postgres"
"""The database of every server, from which others are made."""

LOGINS: Mapping[str, str] = {
    "nova_pipeline": "DATABASE_URL",
    "nova_api_ro": "NOVA_API_DATABASE_URL",
    "nova_api_rw": "NOVA_API_WRITE_DATABASE_URL",
    "nova_dagster": "DAGSTER_DATABASE_URL",
}
"""Each role that logs in, and the variable with its address."""

DAGSTER = "nova_dagster"


class ProvisionError(RuntimeError):
    """An address does not fit; the message says which and why."""


def provision(admin_url: str, addresses: Mapping[str, str]) -> None:
    """Databases, migrations, logins, in this order.

    Args:
        admin_url: SQLAlchemy URL of the warehouse for a role that may create databases and roles.
        addresses: variable to URL, of LOGINS; the role of one that is not there does not log in.

    Raises:
        ProvisionError: an address is of another role, or has no password.
    """
    logins = {
        role: _login(role, variable, addresses[variable]) for role, variable in LOGINS.items() if variable in addresses
    }
    dagster = logins[DAGSTER]["dbname"] if DAGSTER in logins else None
    create_databases(admin_url, [dagster] if dagster else [])
    upgrade(admin_url)
    with _maintenance(admin_url) as connection:
        for role, login in logins.items():
            name, password = sql.Identifier(role), sql.Literal(login["password"])
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))
        if dagster:
            owner = sql.SQL("ALTER DATABASE {} OWNER TO {}")
            connection.execute(owner.format(sql.Identifier(dagster), sql.Identifier(DAGSTER)))


def create_databases(admin_url: str, others: list[str]) -> None:
    """Create the database that the address names, and `others` on the same server, where they are absent."""
    wanted = [str(make_url(admin_url).database), *others]
    with _maintenance(admin_url) as connection:
        existing = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for name in wanted:
            if name not in existing:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _maintenance(admin_url: str) -> psycopg.Connection:
    url = make_url(admin_url).set(drivername="postgresql", database=MAINTENANCE)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _login(role: str, variable: str, address: str) -> dict[str, Any]:
    url = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    login = conninfo.conninfo_to_dict(url)
    if login.get("user") != role:
        raise ProvisionError(f"{variable} must be an address of the role {role}, and is of {login.get('user')}.")
    if not login.get("password"):
        raise ProvisionError(f"{variable} has no password: {role} logs in with the one that stands there.")
    return login


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m nova_assets.provision",
        description=__doc__,
        epilog="environment: NOVA_ADMIN_DATABASE_URL, " + ", ".join(LOGINS.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args()
    given = {name: os.environ[name] for name in LOGINS.values() if os.environ.get(name, "").strip()}
    try:
        provision(admin_database_url(), given)
    except (MissingSettingError, ProvisionError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"ready; roles that log in: {', '.join(role for role, name in LOGINS.items() if name in given)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
