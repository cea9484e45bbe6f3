"""Passwords of the embedded servers, and the API's key: made once, kept in NOVA_HOME with mode 0600."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from nova_local.errors import LocalError
from nova_local.files import write_private

LOGIN_ROLES = ("nova_pipeline", "nova_api_ro", "nova_api_rw", "nova_dagster")


@dataclass(frozen=True)
class Credentials:
    """`superuser`: PostgreSQL's `postgres`. `cache`: Valkey. `erp`: the reader of the demo ERP. `admin`: the API's
    first administrator, until somebody changes it. `token_key`: what the API signs its tokens with. `roles`: role name
    to password, all of LOGIN_ROLES."""

    superuser: str
    cache: str
    erp: str
    admin: str
    token_key: str
    roles: Mapping[str, str]


def load_or_create(path: Path) -> Credentials:
    """The passwords in `path`, made when the file is absent; a role that is new to the file gets one.

    Raises `LocalError` when the file cannot be understood.
    """
    known: dict = {}
    if path.exists():
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            roles = dict(known.get("roles", {}))
        except (ValueError, AttributeError, TypeError):
            raise LocalError(f"{path} is damaged: restore it, or run `nova clean` to start from nothing") from None
    else:
        roles = {}
    credentials = Credentials(
        superuser=known.get("superuser") or secrets.token_urlsafe(24),
        cache=known.get("cache") or secrets.token_urlsafe(24),
        erp=known.get("erp") or secrets.token_urlsafe(24),
        admin=known.get("admin") or secrets.token_urlsafe(24),
        token_key=known.get("token_key") or secrets.token_urlsafe(48),
        roles={role: roles.get(role) or secrets.token_urlsafe(24) for role in LOGIN_ROLES},
    )
    if asdict(credentials) != known:
        write_private(path, json.dumps(asdict(credentials), indent=2) + "\n")
    return credentials
