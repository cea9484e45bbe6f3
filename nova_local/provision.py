"""What a fresh PostgreSQL needs before and after the migrations: two databases, and passwords of the login roles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from nova_local.errors import LocalError

WAREHOUSE = "nova"
DAGSTER = "dagster"
DAGSTER_OWNER = "nova_dagster"


def create_databases(superuser_url: str) -> None:
    """Create the databases `nova` and `dagster` when they are absent."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        existing = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        for name in (WAREHOUSE, DAGSTER):
            if name not in existing:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def migrate(admin_url: str, project: Path) -> None:
    """Bring the warehouse to the newest schema by the migrations of the pipeline's package, in a process of its own.

    Raises `LocalError` with the output of the migrations when they fail.
    """
    done = subprocess.run(
        [sys.executable, "-m", "nova_assets.migrations", "upgrade"],
        cwd=project,
        env={**os.environ, "NOVA_ADMIN_DATABASE_URL": admin_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"the migrations failed:\n{done.stdout}{done.stderr}")


def grant_logins(superuser_url: str, passwords: Mapping[str, str]) -> None:
    """Let the roles that the migrations made log in, each with its password, and give `dagster` to its role.

    `passwords`: role name to password. Raises `LocalError` when the migrations have not made one of the roles.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        existing = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if missing := sorted(passwords.keys() - existing):
            raise LocalError(f"the migrations did not create the roles {', '.join(missing)}: apply them first")
        for role, password in passwords.items():
            connection.execute(
                sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            )
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(DAGSTER), sql.Identifier(DAGSTER_OWNER))
        )
