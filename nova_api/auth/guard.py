"""The guard: nothing is answered, from the cache or otherwise, before the caller may have it."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from nova_api.auth.permissions import GRANTS, OPTION, Permission
from nova_api.auth.principal import CLAIMS_KEY, SCOPE_KEY, Principal
from nova_api.auth.standing import Accounts
from nova_api.auth.tokens import BadTokenError, Claims, Tokens
from nova_api.errors import ForbiddenError, UnauthenticatedError, UnavailableError

CHANGES_NOTHING = frozenset({Permission.PUBLIC, Permission.READ, Permission.OWN_ACCOUNT})
"""What may be permitted on a last reading of the accounts while PostgreSQL is away."""


class Doorkeeper:
    """Tells whose a token is."""

    def __init__(self, tokens: Tokens, accounts: Accounts) -> None:
        self._tokens = tokens
        self._accounts = accounts

    async def identify(self, token: str) -> tuple[Principal, Claims]:
        """The caller that a token speaks for.

        Raises:
            UnauthenticatedError: when the token is not good, or not any more.
            UnavailableError: when that cannot be known.
        """
        try:
            claims = self._tokens.read(token)
            await self._accounts.check(claims)
        except BadTokenError as error:
            raise UnauthenticatedError(str(error), has_token=True) from error
        return Principal(claims.sub, claims.name, claims.role, claims.jti), claims

    def recognize(self, token: str) -> Principal | None:
        """The caller that a token surely speaks for; None where only `identify` can say, or say why not."""
        try:
            claims = self._tokens.read(token)
        except BadTokenError:
            return None
        return (
            Principal(claims.sub, claims.name, claims.role, claims.jti)
            if self._accounts.surely_counts(claims)
            else None
        )

    def require_confirmed(self) -> None:
        """Check that accounts are known as they are now.

        Raises:
            UnavailableError: when they are only known as they were.
        """
        if not self._accounts.confirmed:
            raise UnavailableError("whether the caller still may do this cannot be confirmed")


class Guard(ASGIMiddleware):
    """Lets a request pass to a handler whose permission its caller has.

    A handler without a permission is closed to everybody. The framework's own answers to OPTIONS say only which methods
    there are.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let it pass, or raise."""
        handler = scope["route_handler"]
        own_answer = isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}
        permission = handler.opt.get(OPTION)
        if permission is not Permission.PUBLIC and not (own_answer and permission is None):
            doorkeeper: Doorkeeper = scope["litestar_app"].state.services.doorkeeper
            principal, claims = await doorkeeper.identify(bearer_token(scope))
            if permission not in GRANTS[principal.role]:
                raise ForbiddenError(f"this takes the permission {permission}, which the role {principal.role} has not")
            if permission not in CHANGES_NOTHING:
                doorkeeper.require_confirmed()
            scope[SCOPE_KEY], scope[CLAIMS_KEY] = principal, claims
        await next_app(scope, receive, send)


def bearer_token(scope: Scope) -> str:
    """The token of a request's one `Authorization` header.

    Raises:
        UnauthenticatedError: when there is none, or it holds something else.
    """
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if not given:
        raise UnauthenticatedError("this address takes a token: send it as Authorization: Bearer", has_token=False)
    scheme, _, token = given[0].decode("latin-1").partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("Authorization must be given once, as Bearer and a token", has_token=True)
    return token.strip()
