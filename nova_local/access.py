"""Who may use this Nova: its first administrator, and how they sign in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import psycopg

from nova_local import project
from nova_local.embedded import Services
from nova_local.errors import LocalError
from nova_local.parts import API

ADMIN = "admin"
KEYS = "NOVA_API_TOKEN_KEYS"


def ensure_admin(services: Services, environment: Mapping[str, str]) -> None:
    """Make the administrator, whose password is in the home, unless there is one.

    Raises `LocalError` with the API's own words when it refuses.
    """
    if not has_administrator(services):
        arguments = ("users", "first-admin", "--login", ADMIN, "--password-stdin")
        command(environment, *arguments, given=services.credentials.admin)


def has_administrator(services: Services) -> bool:
    """Whether an account that may sign in is ADMIN."""
    query = "SELECT EXISTS (SELECT FROM support.users WHERE active AND role = 'ADMIN')"
    with psycopg.connect(services.admin_url) as connection:
        return connection.execute(query).fetchone() == (True,)


def part_environment(part: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What a part is told: the keys of tokens are the API's alone."""
    return {name: value for name, value in environment.items() if part == API or name != KEYS}


def how_to_sign_in() -> str:
    """For a person: the administrator's name, and the command that shows the password."""
    return f"{ADMIN}; `.venv/bin/nova password` shows the password"


def issue_token(environment: Mapping[str, str], login: str, days: int) -> str:
    """A token of the API that speaks for an account; raises `LocalError` when there is no such account."""
    return command(environment, "tokens", "issue", "--user", login, "--days", str(days)).strip()


def command(environment: Mapping[str, str], *arguments: str, given: str = "") -> str:
    """What a command of the API prints; raises `LocalError` with its complaint when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "nova_api", *arguments],
        cwd=project.ROOT,
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"the API's command `{' '.join(arguments)}` failed:\n{done.stderr}")
    return done.stdout
