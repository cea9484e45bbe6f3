"""What can be permitted, to whom, and the rule that no address may be without a permission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

OPTION = "permission"
"""Name of the handlers' option that holds the permission an address asks for."""


class Permission(StrEnum):
    """What an address asks of its caller."""

    PUBLIC = "public"
    """Nothing: the address answers callers who have no token."""
    OWN_ACCOUNT = "own_account"
    """To see and change what is the caller's own: token, password."""
    READ = "read"
    """To see what the pipeline has published."""
    DECIDE = "decide"
    """To acknowledge, override and snooze proposals and alerts."""
    MANAGE_USERS = "manage_users"
    MANAGE_CACHE = "manage_cache"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    """What a user is."""

    VIEWER = "VIEWER"
    ANALYST = "ANALYST"
    ADMIN = "ADMIN"


EVERYBODY = frozenset({Permission.PUBLIC, Permission.OWN_ACCOUNT})
"""What every account may do."""

GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.VIEWER: EVERYBODY | {Permission.READ},
        Role.ANALYST: EVERYBODY | {Permission.READ, Permission.DECIDE},
        Role.ADMIN: frozenset(Permission),
    }
)
"""What each role may do."""


class UnguardedRouteError(RuntimeError):
    """Addresses that say nothing of who may use them; the message names them."""


def guarded_handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Every address with its handler, without the answers to OPTIONS that the framework makes itself."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}:
                yield route.path, handler


def require_permissions(app: Litestar) -> None:
    """Refuse an application with an address that nobody decided on.

    Raises:
        UnguardedRouteError: when a handler lacks the option.
    """
    unguarded = sorted({path for path, handler in guarded_handlers(app) if OPTION not in handler.opt})
    if unguarded:
        raise UnguardedRouteError(f"no permission is declared for {', '.join(unguarded)}: give opt={{'{OPTION}': ...}}")
