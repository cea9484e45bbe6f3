"""Who may use this Nova's API: its first administrator, and the page's own account."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import psycopg

from nova_local import project
from nova_local.embedded import Services
from nova_local.errors import LocalError
from nova_local.parts import API, PAGE

ADMIN = "admin"
PAGE_TOKEN_DAYS = 366  # each start makes another one
PAGE_TOKEN = "NOVA_API_SERVICE_TOKEN"
KEYS = "NOVA_API_TOKEN_KEYS"


def ensure_admin(services: Services, environment: Mapping[str, str]) -> None:
    """Make the administrator, whose password is in the home, unless there is one.

    Raises `LocalError` with the API's own words when it refuses.
    """
    if "ADMIN" not in active_roles(services).values():
        arguments = ("users", "first-admin", "--login", ADMIN, "--password-stdin")
        command(environment, *arguments, given=services.credentials.admin)


def page_token(services: Services, environment: Mapping[str, str]) -> str:
    """A token for the page, whose account is made when it is absent; empty where an administrator has disabled it."""
    known = active_roles(services)
    if PAGE not in known:
        command(environment, "users", "create", PAGE, "--name", "The page", "--role", "VIEWER", "--no-password")
    elif known[PAGE] is None:
        return ""
    return issue_token(environment, PAGE, PAGE_TOKEN_DAYS)


def active_roles(services: Services) -> dict[str, str | None]:
    """Role of each account by its name; `None` of one that is disabled."""
    with psycopg.connect(services.admin_url) as connection:
        return dict(connection.execute("SELECT login, CASE WHEN active THEN role END FROM support.users").fetchall())


def part_environment(part: str, environment: Mapping[str, str], token: str) -> dict[str, str]:
    """What a part is told: the keys of tokens are the API's alone, and the page has a token."""
    own = dict(environment) if part == API else {name: value for name, value in environment.items() if name != KEYS}
    return own | ({PAGE_TOKEN: token} if part == PAGE and token else {})


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
