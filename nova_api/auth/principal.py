"""Who asks: what the API knows of the caller of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from nova_api.auth.permissions import Role

SCOPE_KEY = "user"
"""Where the guard puts the caller in the ASGI scope; Litestar's `request.user` reads the same place."""

CLAIMS_KEY = "auth"
"""Where it puts the claims of the caller's token: `request.auth`."""


class Principal(msgspec.Struct, frozen=True):
    """A caller with a valid token.

    Attributes:
        user_id: the account's key, as the token's `sub` has it.
        name: name for people, at the time the token was made.
        role: what the account is; a token of another role than the account's is refused.
        token_id: the token's `jti`.
    """

    user_id: str
    name: str
    role: Role
    token_id: str


def caller(scope: Mapping[str, Any]) -> Principal | None:
    """The caller of a request; None at a public address."""
    return scope.get(SCOPE_KEY)
