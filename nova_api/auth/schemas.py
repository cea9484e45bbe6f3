"""Bodies of the addresses for signing in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from nova_api.auth.passwords import MOST_CHARACTERS
from nova_api.auth.permissions import Permission, Role
from nova_api.users.schemas import NewPassword

GivenPassword = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS)]


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and password."""

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: GivenPassword

    def __repr__(self) -> str:
        """Nothing of it: people type a password where the name belongs."""
        return "Login(...)"


class Refresh(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A refresh token that was not used yet."""

    refresh_token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Refresh(...)"


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller's own password, and the one to come."""

    current_password: GivenPassword
    new_password: NewPassword

    def __repr__(self) -> str:
        """Nothing of it."""
        return "PasswordChange(...)"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A token and whom it speaks for. Send it as `Authorization: Bearer`."""

    token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_at: datetime
    user_id: str
    name: str
    role: Role
    refresh_token: Annotated[
        str | None, msgspec.Meta(description="Good once, for a new token; null where sessions are not renewed")
    ]
    refresh_expires_at: datetime | None


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the request's token speaks for, and what they may do."""

    user_id: str
    name: str
    role: Role
    permissions: list[Permission]
    expires_at: Annotated[datetime, msgspec.Meta(description="When the token ends")]
